import Foundation

/// A program of the tests' own that ends when the test process does, however that ends: its standard input does then.
final class ChildProcess: Sendable {
    private let input: FileHandle
    private let output: FileHandle

    init(_ command: [String]) throws {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = command
        let (inputPipe, outputPipe) = (Pipe(), Pipe())
        process.standardInput = inputPipe
        process.standardOutput = outputPipe
        process.standardError = FileHandle.nullDevice
        try process.run()
        input = inputPipe.fileHandleForWriting
        output = outputPipe.fileHandleForReading
    }

    /// The first line that it prints.
    func firstLine() throws -> String {
        var bytes: [UInt8] = []
        while let byte = try output.read(upToCount: 1)?.first, byte != 0x0A { bytes.append(byte) }
        return String(decoding: bytes, as: UTF8.self)
    }

    func stop() {
        try? input.close()
    }

    deinit {
        stop()
    }

    /// Runs a program to its end.
    ///
    /// - Returns: what it printed, errors included, and whether it succeeded.
    static func run(_ command: [String]) throws -> (output: String, succeeded: Bool) {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = command
        process.standardInput = FileHandle.nullDevice
        let pipe = Pipe()
        process.standardOutput = pipe
        process.standardError = pipe
        try process.run()
        let output = try pipe.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        return (String(decoding: output, as: UTF8.self), process.terminationStatus == 0)
    }
}
