import DevelopmentPostgres
import Foundation
import Glibc
import Synchronization

/// A running `vibe`, with what it has written so far.
///
/// Not Foundation's `Process`: it learns of the end through a socket, which other programs that tests start meanwhile
/// may inherit and keep open for as long as they run.
final class VibeProcess: Sendable {
    var pid: Int32 { child.pid }
    let output: ProcessOutput
    let errors: ProcessOutput
    private let child: ChildProcess

    init(_ arguments: [String], environment: [String: String], folder: URL?) throws {
        let program = try VibeProgram.path
        let temporary = folder == nil ? try VibeProcess.makeFolder() : nil
        let output = try Pipe()
        let errors = try Pipe()
        defer {
            close(output.writeEnd)
            close(errors.writeEnd)
        }
        let child = try ChildProcess(
            [program] + arguments,
            environment: environment.merging(["PATH": "/usr/bin:/bin"]) { given, _ in given },
            folder: (folder ?? temporary)?.path ?? "/",
            output: output.writeEnd,
            errors: errors.writeEnd
        )
        self.child = child
        self.output = ProcessOutput(descriptor: output.readEnd)
        self.errors = ProcessOutput(descriptor: errors.readEnd)
        if let temporary {
            Task {
                _ = await child.exitStatus
                try? FileManager.default.removeItem(at: temporary)
            }
        }
    }

    /// The exit status, as a shell shows it; waits for the end.
    var exitStatus: Int32 {
        get async { await child.exitStatus }
    }

    func send(_ signal: Int32) {
        // After the end, the number may be another process'.
        if !child.hasExited { kill(pid, signal) }
    }

    private static func makeFolder() throws -> URL {
        let folder = FileManager.default.temporaryDirectory.appending(path: "vibe-test-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        return folder
    }

    /// A pipe that no program inherits, but the one whose output its end becomes. In truth a pair of sockets, which can
    /// be made so in one step.
    private struct Pipe {
        let readEnd: Int32
        let writeEnd: Int32

        init() throws {
            var ends: [Int32] = [0, 0]
            let type = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
            guard socketpair(AF_UNIX, type, 0, &ends) == 0 else {
                throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO)
            }
            (readEnd, writeEnd) = (ends[0], ends[1])
        }
    }
}

/// What a process writes to one of its outputs, gathered as it comes.
final class ProcessOutput: Sendable {
    private let bytes = Mutex<[UInt8]>([])
    private let ended: AsyncStream<Void>

    /// - Parameter descriptor: the end of a pipe to read from; closed when there is no more to read.
    init(descriptor: Int32) {
        let (stream, continuation) = AsyncStream.makeStream(of: Void.self)
        ended = stream
        // A thread that blocks: a FileHandle's readability handler, taken away at the end of the file, can leave an event
        // behind on which libdispatch crashes, or lose the end.
        Thread.detachNewThread { [self] in
            var buffer = [UInt8](repeating: 0, count: 65_536)
            while true {
                let count = read(descriptor, &buffer, buffer.count)
                if count < 0, errno == EINTR { continue }
                guard count > 0 else { break }
                bytes.withLock { $0 += buffer[..<count] }
            }
            close(descriptor)
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
