import NIOCore
import Synchronization

/// A request on its way over a connection. Completed once, by whoever comes first: the last reply, a failure, the
/// deadline or a cancellation.
final class PendingRequest: Sendable {
    /// In RESP.
    let bytes: ByteBuffer
    private let form: Request.Form
    private let expected: Int
    private let state: Mutex<State>

    private struct State {
        var replies: [KeyValueReply] = []
        var isSent = false
        /// `nil` once it was called.
        var completion: (@Sendable (Attempt) -> Void)?
    }

    init(_ request: Request, completion: @escaping @Sendable (Attempt) -> Void) {
        (bytes, expected) = request.encodeRESP()
        form = request.form
        state = Mutex(State(completion: completion))
    }

    /// Whether nobody waits for the replies any more.
    var isAbandoned: Bool { state.withLock { $0.completion == nil } }

    /// Marks it as sent.
    ///
    /// - Returns: `false` if nobody waits for it any more: then it must not be sent.
    func begin() -> Bool {
        state.withLock { state in
            guard state.completion != nil else { return false }
            state.isSent = true
            return true
        }
    }

    /// Takes the next reply.
    ///
    /// - Returns: whether it was the last one. Then ``finish()`` follows.
    func receive(_ reply: KeyValueReply) -> Bool {
        state.withLock { state in
            state.replies.append(reply)
            return state.replies.count == expected
        }
    }

    /// Hands over the replies.
    func finish() {
        let (replies, completion) = state.withLock { ($0.replies, $0.completion.take()) }
        completion?(form == .transaction ? .transaction(replies) : .answered(replies))
    }

    /// Ends it without (further) replies.
    ///
    /// - Parameter error: the reason, which depends on whether it was sent.
    func fail(isPassing: Bool, _ error: (_ isSent: Bool) -> KeyValueError) {
        let (replies, isSent, completion) = state.withLock { state in
            // `QUEUED` is no reply of a transaction's commands.
            (form == .transaction ? [] : state.replies, state.isSent, state.completion.take())
        }
        completion?(.failed(error(isSent), mayHaveRun: isSent, isPassing: isPassing, replies: replies))
    }
}
