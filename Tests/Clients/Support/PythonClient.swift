import Foundation
import JSONText
import Synchronization
import Testing

@testable import KernelTesting

/// The Python client `airc-protocol` from PyPI, in a Python process of its own. Used by one task at a time.
final class PythonClient: Sendable {
    private static let root = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    private static let python = root.appending(path: ".build/venv/bin/python")

    /// `make test` installs it, unless PyPI cannot be reached.
    static var isInstalled: Bool { FileManager.default.isExecutableFile(atPath: python.path) }

    private let process: Int32
    private let input: FileHandle
    private let output: ProcessOutput
    /// How many of its lines were read.
    private let taken = Mutex(0)

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
        output = ProcessOutput(descriptor: dup(outputPipe.fileHandleForReading.fileDescriptor))
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
        let answer = try JSONDocument(try await nextLine().utf8).root
        if let error = answer["error"]?.string { throw Raised(description: error) }
        return try #require(answer["result"])
    }

    private func nextLine() async throws -> Substring {
        let number = taken.withLock { taken in
            defer { taken += 1 }
            return taken
        }
        var lines: [Substring] = []
        try await eventually(within: .seconds(40), "Python answers") {
            // What stands behind the last line feed is not whole yet.
            lines = output.text.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
            return lines.count > number
        }
        return lines[number]
    }

    /// What a person would see in Python.
    struct Raised: Error, CustomStringConvertible {
        let description: String
    }
}
