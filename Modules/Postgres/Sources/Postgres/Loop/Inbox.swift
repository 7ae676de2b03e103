import CPostgres
import Synchronization

#if canImport(Glibc)
import Glibc
#endif

/// What tasks and helper threads tell a loop. Waking the loop costs a system call and a switch of threads, so that it
/// is done only when the loop sleeps, and there is something it could do at once.
final class Inbox: Sendable {
    /// What is told.
    enum Message: Sendable {
        case request(Request)
        case cancel(Request)
        case release(LeaseID, reset: Bool)
        case interrupt(LeaseID)
        /// The helper thread of ``interrupt`` is done.
        case interrupted(ConnectionID)
        /// The helper thread of a new connection has got as far as it can without the loop.
        case dialled(ConnectionID, ConnectionHandle)
        case subscribe(Subscription)
        case unsubscribe(Subscription.ID)
        case stop(drain: Bool)
    }

    /// Which shared connections are all busy while the loop sleeps: one more of these requests could only wait in line,
    /// and need not wake anybody.
    struct Full {
        var reads = false
        var writes = false

        func concerns(_ message: Message) -> Bool {
            guard case .request(let request) = message else { return false }
            switch request.operation {
            case .read: return reads
            case .write: return writes
            default: return false
            }
        }
    }

    private struct State {
        var messages: [Message] = []
        var isSleeping = false
        var full = Full()
        var isClosed = false
    }

    private let state = Mutex(State())
    private let wakeUp: Int32

    init() {
        wakeUp = eventfd(0, Int32(EFD_NONBLOCK | EFD_CLOEXEC))
    }

    deinit {
        Glibc.close(wakeUp)
    }

    /// Readable when there is something to take.
    var descriptor: Int32 { wakeUp }

    /// Tells the loop something.
    ///
    /// - Returns: `false` if the loop has ended and will never hear it.
    @discardableResult
    func post(_ message: Message) -> Bool {
        let (isOpen, wasSleeping) = state.withLock { state in
            if state.isClosed { return (false, false) }
            state.messages.append(message)
            guard state.isSleeping, !state.full.concerns(message) else { return (true, false) }
            state.isSleeping = false
            return (true, true)
        }
        if wasSleeping { eventfd_write(wakeUp, 1) }
        return isOpen
    }

    /// Takes all messages, in exchange for an empty array whose memory is used again.
    func take(into messages: inout [Message]) {
        state.withLock { state in
            state.isSleeping = false
            swap(&state.messages, &messages)
        }
    }

    /// Announces that the loop is about to sleep.
    ///
    /// - Returns: `false` if there is something to take.
    func prepareToSleep(_ full: Full) -> Bool {
        state.withLock { state in
            guard state.messages.isEmpty else { return false }
            state.isSleeping = true
            state.full = full
            return true
        }
    }

    /// Empties the wake-up signal.
    func drainSignal() {
        var count: eventfd_t = 0
        eventfd_read(wakeUp, &count)
    }

    /// Refuses further messages, and returns those that were not taken.
    func close() -> [Message] {
        state.withLock { state in
            state.isClosed = true
            defer { state.messages = [] }
            return state.messages
        }
    }
}

/// A connection on its way from a helper thread to the loop.
///
/// `@unchecked Sendable`: the helper thread lets go of it when it posts it.
struct ConnectionHandle: @unchecked Sendable {
    /// `nil` if libpq had no memory for it.
    let pg: OpaquePointer?

    /// Closes a connection that nobody wants any more.
    func discard() {
        if let pg { PQfinish(pg) }
    }
}
