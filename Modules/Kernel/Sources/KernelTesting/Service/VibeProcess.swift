import Foundation
import Glibc
import Synchronization

/// A running `vibe`, with what it has written so far.
final class VibeProcess: Sendable {
    let pid: Int32
    let output: ProcessOutput
    let errors: ProcessOutput
    private let end: Task<Int32, Never>

    init(_ arguments: [String], environment: [String: String], folder: URL?) throws {
        let process = Process()
        process.executableURL = URL(filePath: try VibeProgram.path)
        process.arguments = arguments
        process.environment = environment.merging(["PATH": "/usr/bin:/bin"]) { given, _ in given }
        let temporary = folder == nil ? try VibeProcess.makeFolder() : nil
        process.currentDirectoryURL = folder ?? temporary
        process.standardInput = FileHandle.nullDevice
        let (outputPipe, errorPipe) = (Pipe(), Pipe())
        process.standardOutput = outputPipe
        process.standardError = errorPipe
        let (ends, ended) = AsyncStream.makeStream(of: Int32.self)
        process.terminationHandler = { process in
            let signal = process.terminationReason == .uncaughtSignal
            ended.yield(signal ? 128 + process.terminationStatus : process.terminationStatus)
            if let temporary { try? FileManager.default.removeItem(at: temporary) }
        }
        try process.run()
        pid = process.processIdentifier
        output = ProcessOutput(outputPipe.fileHandleForReading)
        errors = ProcessOutput(errorPipe.fileHandleForReading)
        end = Task { await ends.first { _ in true } ?? -1 }
    }

    /// The exit status, as a shell shows it; waits for the end.
    var exitStatus: Int32 {
        get async { await end.value }
    }

    func send(_ signal: Int32) {
        kill(pid, signal)
    }

    private static func makeFolder() throws -> URL {
        let folder = FileManager.default.temporaryDirectory.appending(path: "vibe-test-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        return folder
    }
}

/// What a process writes to one of its outputs, gathered as it comes.
final class ProcessOutput: Sendable {
    private let bytes = Mutex<[UInt8]>([])
    private let ended: AsyncStream<Void>

    init(_ handle: FileHandle) {
        let (stream, continuation) = AsyncStream.makeStream(of: Void.self)
        ended = stream
        // A thread that blocks: a FileHandle's readability handler, taken away at the end of the file, can leave an event
        // behind on which libdispatch crashes, or lose the end.
        Thread.detachNewThread { [self] in
            let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 65_536, alignment: 1)
            defer { buffer.deallocate() }
            while true {
                let count = read(handle.fileDescriptor, buffer.baseAddress, buffer.count)
                if count < 0, errno == EINTR { continue }
                guard count > 0 else { break }
                bytes.withLock { $0 += buffer[..<count] }
            }
            try? handle.close()
            continuation.finish()
        }
    }

    var text: String { bytes.withLock { String(decoding: $0, as: UTF8.self) } }

    /// All of it, once the process has closed it.
    func end() async -> String {
        for await _ in ended {}
        return text
    }
}
