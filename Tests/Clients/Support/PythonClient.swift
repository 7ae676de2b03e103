import Foundation
import JSONText
import KernelTesting
import Synchronization
import Testing

/// The Python client `airc-protocol` from PyPI, in a Python process of its own. Used by one task at a time.
final class PythonClient: Sendable {
    private static let root = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    private static let python = root.appending(path: ".build/venv/bin/python")

    /// `make test` installs it, unless PyPI cannot be reached.
    static var isInstalled: Bool { FileManager.default.isExecutableFile(atPath: python.path) }

    private let process: Int32
    private let input: FileHandle
    private let lines: Lines

    private init(registry: String, home: URL) throws {
        let process = Process()
        process.executableURL = PythonClient.python
        process.arguments = [PythonClient.root.appending(path: "Tests/Clients/Python/driver.py").path, registry]
        // Keys are kept in the home folder.
        process.environment = ["HOME": home.path, "PATH": "/usr/bin:/bin", "PYTHONDONTWRITEBYTECODE": "1"]
        let (inputPipe, outputPipe) = (Pipe(), Pipe())
        process.standardInput = inputPipe
        process.standardOutput = outputPipe
        try process.run()
        self.process = process.processIdentifier
        input = inputPipe.fileHandleForWriting
        lines = Lines(outputPipe.fileHandleForReading)
    }

    /// Starts Python, runs `body` and ends Python.
    ///
    /// - Parameters:
    ///   - port: of the service on 127.0.0.1.
    ///   - home: where the client keeps its keys; an empty folder of its own by default.
    nonisolated(nonsending) static func with<Result>(
        port: Int,
        _ body: (PythonClient) async throws -> Result
    ) async throws -> Result {
        let home = FileManager.default.temporaryDirectory.appending(path: "vibe-python-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: home, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: home) }
        let client = try PythonClient(registry: "http://127.0.0.1:\(port)", home: home)
        defer { kill(client.process, SIGKILL) }
        return try await body(client)
    }

    /// `Client(name, **options)`
    func new(_ name: String, _ options: JSON = [:]) async throws {
        _ = try await run(["new": [.string(name), options]])
    }

    /// `client.method(*arguments)`, its result as JSON.
    ///
    /// - Throws: ``Raised`` with what Python raised.
    @discardableResult
    func call(_ method: String, _ arguments: JSON...) async throws -> JSONValue {
        try await run(["call": [.string(method), .array(arguments)]])
    }

    private func run(_ command: JSON) async throws -> JSONValue {
        try input.write(contentsOf: Data(command.bytes + [10]))
        let line = try await lines.next()
        let answer = try JSONDocument(line.utf8).root
        if let error = answer["error"]?.string { throw Raised(description: error) }
        return try #require(answer["result"])
    }

    /// What a person would see in Python.
    struct Raised: Error, CustomStringConvertible {
        let description: String
    }
}

/// The lines of a pipe, as they come.
private final class Lines: Sendable {
    private let bytes = Mutex<[UInt8]>([])

    init(_ handle: FileHandle) {
        handle.readabilityHandler = { [self] handle in
            let data = handle.availableData
            if data.isEmpty { handle.readabilityHandler = nil }
            bytes.withLock { $0 += data }
        }
    }

    func next() async throws -> String {
        var line: String?
        try await eventually(within: .seconds(40), "Python answers") {
            line = bytes.withLock { bytes in
                guard let end = bytes.firstIndex(of: 10) else { return nil }
                defer { bytes.removeFirst(end + 1) }
                return String(decoding: bytes[..<end], as: UTF8.self)
            }
            return line != nil
        }
        return try #require(line)
    }
}
