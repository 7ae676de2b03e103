import DequeModule

/// A connection's time with a borrower. Confined to the loop's thread, like its connection.
final class Loan {
    let id: LeaseID
    /// The request under way.
    var current: Request?
    /// Requests of the same borrower that wait for it.
    var waiting = Deque<Request>()
    /// Whether BEGIN was sent and its end was not.
    var isInTransaction = false
    var mode = Mode.pipeline
    /// Whether a helper thread is asking the server to cancel. Nothing new may be sent meanwhile: it could be hit.
    var isInterrupting = false
    /// Whether the current request is over but for the interruption.
    var isHeld = false
    /// Why the current request is being interrupted.
    var interruption: PostgresError?
    /// Whether the borrower has gone.
    var isReleased = false
    /// Whether session state may be left behind.
    var needsReset = false

    /// What the connection speaks.
    enum Mode {
        case pipeline
        /// The simple protocol: results until there are no more.
        case simple
        /// Waiting for the data of COPY … FROM STDIN.
        case copyIn
        /// Receiving the data of COPY … TO STDOUT.
        case copyOut
    }

    init(id: LeaseID) {
        self.id = id
    }
}
