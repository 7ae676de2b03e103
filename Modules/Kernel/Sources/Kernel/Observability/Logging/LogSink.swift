import Dispatch
import Synchronization

#if canImport(Glibc)
import Glibc
#endif

/// Where log lines go. Whoever logs only appends to a buffer; a queue of its own writes it, so that a slow terminal or a
/// full pipe never stops an event loop.
///
/// What is buffered is written after 50 ms, at once when 16 kB have gathered or the line is urgent, and at exit. When
/// nobody reads, at most 4 MB are held; lines beyond that are dropped and counted in the log.
public final class LogSink: Sendable {
    /// Standard error, also flushed when the process exits.
    public static let standardError: LogSink = {
        atexit { LogSink.standardError.flush() }
        return LogSink(fileDescriptor: STDERR_FILENO)
    }()

    private static let flushDelay = DispatchTimeInterval.milliseconds(50)
    private static let flushSize = 16 * 1024
    private static let sizeLimit = 4 * 1024 * 1024

    private let fileDescriptor: Int32
    private let queue = DispatchQueue(label: "vibe.log")
    private let buffer = Mutex(Buffer())

    private struct Buffer {
        var bytes: [UInt8] = []
        var dropped = 0
        /// Whether a write is on its way, so that the next line need not ask for one.
        var isScheduled = false
        var isUrgent = false
    }

    /// - Parameter fileDescriptor: stays the caller's to close, after ``flush()``.
    public init(fileDescriptor: Int32) {
        self.fileDescriptor = fileDescriptor
    }

    /// Appends a line, which ends in a line break.
    ///
    /// - Parameter isUrgent: writes it at once, still on the queue.
    func write(_ line: UnsafeRawBufferPointer, isUrgent: Bool) {
        let (delayed, now) = buffer.withLock { buffer -> (Bool, Bool) in
            if buffer.bytes.count + line.count > LogSink.sizeLimit {
                buffer.dropped += 1
            } else {
                buffer.bytes.append(contentsOf: line)
            }
            let now = (isUrgent || buffer.bytes.count >= LogSink.flushSize) && !buffer.isUrgent
            let delayed = !now && !buffer.isScheduled && !buffer.isUrgent
            buffer.isUrgent = buffer.isUrgent || now
            buffer.isScheduled = buffer.isScheduled || delayed
            return (delayed, now)
        }
        if now { queue.async { self.drain() } }
        if delayed { queue.asyncAfter(deadline: .now() + LogSink.flushDelay) { self.drain() } }
    }

    /// Returns when everything logged before has been written. Blocks: for the end of the process.
    public func flush() {
        queue.sync { drain() }
    }

    private func drain() {
        let (bytes, dropped) = buffer.withLock { buffer in
            defer { buffer = Buffer() }
            return (buffer.bytes, buffer.dropped)
        }
        bytes.withUnsafeBytes { writeAll($0) }
        if dropped > 0 {
            var notice = "{\"level\":\"warning\",\"message\":\"\(dropped) log lines dropped: nobody read them\"}\n"
            notice.withUTF8 { writeAll(UnsafeRawBufferPointer($0)) }
        }
    }

    /// A sink that is gone (closed pipe) swallows what is written: the service does not stop for its log.
    private func writeAll(_ bytes: UnsafeRawBufferPointer) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = Glibc.write(fileDescriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
            if count > 0 {
                rest = rest.dropFirst(count)
            } else if errno == EAGAIN {
                var readiness = pollfd(fd: fileDescriptor, events: Int16(POLLOUT), revents: 0)
                poll(&readiness, 1, 1_000)
            } else if errno != EINTR {
                return
            }
        }
    }
}
