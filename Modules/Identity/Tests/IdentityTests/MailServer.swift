import Foundation
import JSONText
import KernelTesting
import Synchronization
import Testing

/// A real mail server on loopback (aiosmtpd), in a Python process of its own.
final class MailServer: Sendable {
    /// How clients reach it.
    enum Mode: String {
        case plain, starttls, smtps
    }

    private static let tests = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    private static let venv = tests.appending(path: "../../../.build/venv").standardizedFileURL

    /// `Scripts/python-env` installs it, unless there is no way to.
    static var isInstalled: Bool {
        FileManager.default.fileExists(atPath: venv.appending(path: "bin/aiosmtpd").path)
    }

    let port: Int
    private let events: Events

    private init(port: Int, events: Events) {
        self.port = port
        self.events = events
    }

    /// Runs a server for the time of `body`.
    static func with<Result>(
        _ mode: Mode,
        certificate: Certificate? = nil,
        isolation: isolated (any Actor)? = #isolation,
        _ body: (MailServer) async throws -> Result
    ) async throws -> Result {
        let process = Process()
        process.executableURL = venv.appending(path: "bin/python")
        let files = certificate.map { [$0.file.path, $0.key.path] } ?? []
        process.arguments = [tests.appending(path: "SMTPServer/server.py").path, mode.rawValue] + files
        process.environment = ["PATH": "/usr/bin:/bin", "PYTHONDONTWRITEBYTECODE": "1"]
        let (input, output) = (Pipe(), Pipe())
        process.standardInput = input
        process.standardOutput = output
        let events = Events()
        output.fileHandleForReading.readabilityHandler = { events.take($0.availableData) }
        try process.run()
        defer {
            try? input.fileHandleForWriting.close()
            output.fileHandleForReading.readabilityHandler = nil
            process.waitUntilExit()
        }
        try await eventually("the mail server listens") { events.port != nil }
        return try await body(MailServer(port: try #require(events.port), events: events))
    }

    /// The mails that it was sent, taken or not.
    func mails(to address: String) -> [String] {
        events.all("mail").filter { $0["to"]?.string == address }.compactMap { $0["text"]?.string }
    }

    /// How often somebody wanted to send to an address.
    func tries(to address: String) -> Int {
        events.all("recipient").count { $0["address"]?.string == address }
    }

    func all(_ kind: String) -> [JSONValue] { events.all(kind) }

    /// What the process wrote, line by line.
    private final class Events: Sendable {
        private let state = Mutex((pending: Data(), lines: [JSONValue]()))

        func take(_ data: Data) {
            state.withLock { state in
                state.pending.append(data)
                while let end = state.pending.firstIndex(of: UInt8(ascii: "\n")) {
                    let line = Array(state.pending[..<end])
                    state.pending.removeSubrange(...end)
                    if let value = try? JSONDocument(line).root { state.lines.append(value) }
                }
            }
        }

        func all(_ kind: String) -> [JSONValue] {
            state.withLock { $0.lines }.filter { $0["event"]?.string == kind }
        }

        var port: Int? { all("port").first?["port"]?.int64.map { Int($0) } }
    }
}

/// A certificate of 127.0.0.1 that nobody but the test trusts.
struct Certificate {
    let folder: URL
    var file: URL { folder.appending(path: "certificate.pem") }
    var key: URL { folder.appending(path: "key.pem") }

    init() throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "vibe-tls-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/openssl")
        process.arguments = [
            "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
            "-subj",
            "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key.path, "-out", file.path,
        ]
        process.standardError = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
    }

    func remove() {
        try? FileManager.default.removeItem(at: folder)
    }
}
