import Foundation
import Glibc

/// What `postmaster.pid` says about a running server (Postgres' `miscadmin.h`, `LOCK_FILE_LINE_…`).
struct PostmasterFile: Sendable {
    enum Status: Sendable {
        case starting, ready, stopping
    }

    let pid: pid_t
    let port: Int
    let listensOnTCP: Bool
    let status: Status
    private let data: String

    /// Reads the file of the server of folder `data`; nil when there is none, or when its process is gone.
    init?(data: String) {
        guard let text = try? String(contentsOfFile: data + "/postmaster.pid", encoding: .utf8) else { return nil }
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map {
            $0.trimmingCharacters(in: .whitespaces)
        }
        guard let pid = lines.first.flatMap({ pid_t($0) }), pid > 1 else { return nil }
        self.pid = pid
        self.data = data
        port = lines.count > 3 ? Int(lines[3]) ?? 5432 : 5432
        listensOnTCP = lines.count > 5 && !lines[5].isEmpty
        status =
            switch lines.count > 7 ? lines[7] : "" {
            case "ready": .ready
            case "stopping": .stopping
            default: .starting
            }
        guard isRunning else { return nil }
    }

    /// Whether the process is there and is the server of this folder: after a crash its number may be another's.
    var isRunning: Bool {
        guard let command = FileManager.default.contents(atPath: "/proc/\(pid)/cmdline") else { return false }
        return command.split(separator: 0).contains { $0.elementsEqual(data.utf8) }
    }

    func send(_ signal: Int32) {
        kill(pid, signal)
    }
}
