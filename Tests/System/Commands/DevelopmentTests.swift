import DevelopmentPostgres
import Foundation
import JSONText
import Logging
import Testing

@testable import KernelTesting

/// `vibe serve` with nothing configured, in an empty folder: what a newcomer types first.
@Suite struct DevelopmentTests {
    @Test("a private Postgres comes up, serves other commands too, survives a kill and goes with the last user")
    func privatePostgres() async throws {
        try await withFolder { folder in
            let first = try await DevelopmentService(in: folder)
            do {
                #expect(try await HTTPClient(port: first.port).get("/readyz").status == 200)
                let status = try await VibeProgram.run(["schema", "status", "--json"], folder: folder)
                #expect(status.status == 0, "\(status.errors)")
                #expect(try status.json.elements.allSatisfy { $0["state"]?.string == "applied" })
                let ada = try await HTTPClient(port: first.port).register("ada")
                let server = try postmaster(of: folder)

                first.process.send(SIGKILL)
                _ = await first.process.exitStatus
                #expect(isRunning(server), "the database outlives the service that was killed")

                let second = try await DevelopmentService(in: folder)
                #expect(try postmaster(of: folder) == server, "it was adopted")
                // The secret and the data are those of before.
                let inbox = try await HTTPClient(port: second.port).inbox(of: ada)
                #expect(inbox.status == 200, "\(inbox)")
                second.process.send(SIGTERM)
                #expect(await second.process.exitStatus == 0)
                #expect(!isRunning(server), "it goes with its last user")
            } catch {
                try await cleanUp(folder)
                throw error
            }
            try await cleanUp(folder)
        }
    }

    /// Ends a server that a failed test left: who adopts one and is alone ends it.
    private func cleanUp(_ folder: URL) async throws {
        let logger = Logger(label: "clean up") { _ in SwiftLogNoOpLogHandler() }
        try await PrivatePostgres.start(folder: folder.appending(path: ".vibe/postgres"), logger: logger).stop()
    }

    /// The process number of the server that the folder's data belong to.
    private func postmaster(of folder: URL) throws -> Int32 {
        let file = folder.appending(path: ".vibe/postgres/data/postmaster.pid")
        let line = try String(contentsOf: file, encoding: .utf8).split(separator: "\n").first
        return try #require(line.flatMap { Int32($0) })
    }

    /// Not kill(pid, 0): the server's parent was killed, and who inherits it may never ask how it ended.
    private func isRunning(_ pid: Int32) -> Bool {
        guard let status = try? String(contentsOfFile: "/proc/\(pid)/status", encoding: .utf8) else { return false }
        return !status.contains("State:\tZ")
    }
}

/// `vibe serve` as a person starts it, on a free port.
private struct DevelopmentService {
    let process: VibeProcess
    let port: Int

    init(in folder: URL) async throws {
        let process = try VibeProcess(
            ["serve"],
            environment: ["VIBE_SERVER_PORT": "0", "VIBE_LOG_FORMAT": "json"],
            folder: folder
        )
        var port: Int?
        do {
            // The first start makes a database cluster.
            try await eventually(within: .seconds(60), "vibe is ready") {
                let ready = process.errors.text.logEntries.first { $0["message"]?.string == "ready" }
                port = ready?["port"].flatMap { $0.int64.map(Int.init) ?? $0.string.flatMap { Int($0) } }
                return port != nil
            }
        } catch {
            process.send(SIGKILL)
            throw ProcessService.DidNotStart(log: process.errors.text)
        }
        self.process = process
        self.port = port ?? 0
    }
}
