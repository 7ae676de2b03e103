import NIOCore
import Synchronization

/// What a connection has received and nobody has read. Filled by the event loop, emptied by the one task that reads.
final class Inbox: Sendable {
    struct Contents: Sendable {
        var bytes: [UInt8] = []
        var isClosed = false
        var isTimedOut = false
        /// Counts the changes, so that none is missed between a look and a wait.
        var version = 0
    }

    private struct State {
        var contents = Contents()
        var reader: CheckedContinuation<Void, Never>?
    }

    private let state = Mutex(State())

    var contents: Contents { state.withLock { $0.contents } }
    var isClosed: Bool { contents.isClosed }

    func append(_ bytes: ByteBufferView) { update { $0.bytes += bytes } }
    func close() { update { $0.isClosed = true } }
    func timeOut() { update { $0.isTimedOut = true } }
    func drop(_ count: Int) { update { $0.bytes.removeFirst(count) } }
    func beginWaiting() { update { $0.isTimedOut = false } }

    /// Returns once anything changed after `version`.
    func change(since version: Int) async {
        await withCheckedContinuation { continuation in
            let hasChanged = state.withLock { state in
                if state.contents.version != version { return true }
                state.reader = continuation
                return false
            }
            if hasChanged { continuation.resume() }
        }
    }

    private func update(_ body: (inout Contents) -> Void) {
        let reader = state.withLock { state in
            body(&state.contents)
            state.contents.version += 1
            defer { state.reader = nil }
            return state.reader
        }
        reader?.resume()
    }
}
