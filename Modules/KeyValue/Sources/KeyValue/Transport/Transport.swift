import NIOCore

/// A way to reach the store. It tries once; repeating is the client's business.
protocol Transport: Sendable {
    /// What a request costs of a budget, in commands.
    func cost(of request: Request) -> Int

    /// Sends the request and waits for the answers, at most until the deadline, or until the task is cancelled.
    func perform(_ request: Request, deadline: NIODeadline) async -> Attempt

    /// Closes all connections. What is under way fails as a lost connection, what comes later as `closed`.
    func close() async
}

/// Commands that are sent together.
struct Request: Sendable {
    enum Form: Sendable {
        /// Each command by itself, in order; those of others may come in between.
        case pipeline
        /// All in one step (MULTI/EXEC).
        case transaction
    }

    var commands: ArraySlice<KeyValueCommand>
    let form: Form

    var isRead: Bool { commands.allSatisfy(\.isRead) }
}

/// What became of sending a request once.
struct Attempt: Sendable {
    /// The replies, in order; fewer than commands if there is a failure. A transaction's are all there, or none.
    var replies: [KeyValueReply]
    var failure: Failure?

    /// What kept a request from being answered.
    struct Failure: Sendable {
        let error: KeyValueError
        /// Whether a command without a reply may have run.
        let mayHaveRun: Bool
        /// Whether another attempt may succeed.
        let isPassing: Bool
        var retryAfter: Duration?
    }
}

extension Attempt {
    static func failed(
        _ error: KeyValueError,
        mayHaveRun: Bool,
        isPassing: Bool,
        retryAfter: Duration? = nil,
        replies: [KeyValueReply] = []
    ) -> Attempt {
        Attempt(
            replies: replies,
            failure: Failure(error: error, mayHaveRun: mayHaveRun, isPassing: isPassing, retryAfter: retryAfter)
        )
    }

    /// A complete answer. If every command was refused for a reason that passes, that is a failure of the attempt.
    static func answered(_ replies: [KeyValueReply]) -> Attempt {
        for reply in replies {
            guard case .error(let error) = reply, error.isTransientRefusal else { return Attempt(replies: replies) }
        }
        guard case .error(let error)? = replies.first else { return Attempt(replies: replies) }
        return .failed(error, mayHaveRun: false, isPassing: true)
    }

    /// The server dropped the request as a whole.
    static func refused(_ error: KeyValueError) -> Attempt {
        .failed(error, mayHaveRun: false, isPassing: error.isTransientRefusal)
    }
}
