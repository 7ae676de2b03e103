/// One thing a task asks of a loop, and the answer.
///
/// `@unchecked Sendable`, because a request is never touched by two threads at once: the task fills it in, hands it
/// to the loop's inbox (a lock) and sleeps; the loop alone touches it until it resumes the task, and not the fields of
/// the answer after that. The cancellation handler, which may run at any time, only puts a reference to the request
/// into the inbox.
final class Request: @unchecked Sendable {
    /// What is asked.
    enum Operation {
        /// A statement that may run on any connection, and again.
        case read
        /// Statements under one Sync, on any connection, once.
        case write
        /// The loan of a connection.
        case lease(LeaseKind)
        /// Statements under one Sync on a leased connection; `begin` opens the transaction if none is open.
        case statements(LeaseID, begin: String?)
        /// The end of a leased connection's transaction.
        case finish(LeaseID, commit: Bool)
        /// Statements as one text, by the simple protocol.
        case simple(LeaseID)
        case copyIn(LeaseID)
        case copyData(LeaseID, [UInt8])
        case copyEnd(LeaseID, failure: String?)
        case copyOut(LeaseID)
        case copyRead(LeaseID)
        /// The loop's own: puts a session back as it was.
        case reset
        /// A first connection.
        case ready
    }

    /// Where a request is.
    enum Place {
        case nowhere
        case waiting(PoolKind)
        case sent
    }

    let operation: Operation
    let query: PostgresQuery
    /// Further statements under the same Sync.
    let rest: [PostgresQuery]
    /// When the caller gives up: nanoseconds of the monotonic clock; 0 if not limited.
    var deadline: UInt64

    // The answer.
    var rows: PostgresRows?
    /// What the first statements answered, if there are several.
    var earlierRows: [PostgresRows] = []
    var bytes: [UInt8]?
    var lease = LeaseID(0)
    var error: PostgresError?

    // The loop's own.
    var caller: UnsafeContinuation<Void, Never>?
    /// Whether the caller has its answer, or has gone.
    var isAnswered = false
    var isCancelled = false
    /// When the request came to the loop.
    var arrival: UInt64 = 0
    /// How often neighbours aborted it.
    var aborts: UInt8 = 0
    /// How often its connection broke.
    var losses: UInt8 = 0
    /// Whether the server has forgotten a statement of it, so that it must be prepared and sent again; once is enough.
    var isStale = false
    var wasStale = false
    var place = Place.nowhere

    init(
        _ operation: Operation,
        _ query: PostgresQuery = Request.none,
        _ rest: [PostgresQuery] = [],
        deadline: Duration? = nil
    ) {
        self.operation = operation
        self.query = query
        self.rest = rest
        self.deadline = deadline.map { MonotonicClock.now(plus: $0) } ?? 0
    }

    private static let none = PostgresQuery(sql: "")

    /// Takes what one more statement of the group answered.
    func keep(_ more: PostgresRows) {
        if let rows { earlierRows.append(rows) }
        rows = more
    }

    /// Forgets what the first attempt brought.
    func prepareToRepeat() {
        isStale = false
        wasStale = true
        error = nil
        rows = nil
        earlierRows = []
    }

    var statementCount: Int { 1 + rest.count }

    func statement(_ index: Int) -> PostgresQuery {
        index == 0 ? query : rest[index - 1]
    }

    /// Why a value cannot be sent.
    var encodingFailure: PostgresError? {
        if let failure = query.failure { return failure }
        for query in rest {
            if let failure = query.failure { return failure }
        }
        return nil
    }

    /// What the one statement answered.
    func takeRows() throws -> PostgresRows {
        guard let rows else { throw PostgresError.connection("the server answered nothing") }
        return rows
    }

    /// What all statements answered, in order.
    func takeAllRows() -> [PostgresRows] {
        guard let rows else { return earlierRows }
        return earlierRows + [rows]
    }
}

/// Names one loan of a connection. Never used twice, so that one that is over cannot reach the next borrower.
struct LeaseID: Hashable, Sendable {
    let rawValue: UInt64

    init(_ rawValue: UInt64) {
        self.rawValue = rawValue
    }
}

/// Which connections are lent.
enum LeaseKind: Sendable {
    /// Through the pooler, if there is one: for transactions.
    case transaction
    /// Past the pooler: for session state, COPY and the simple protocol.
    case session
}

/// The kinds of connections.
enum PoolKind: Int, Sendable, CaseIterable {
    /// Shared by reads.
    case reads
    /// Shared by writes.
    case writes
    /// Lent out.
    case leases
    /// Lent out, past the pooler.
    case directLeases

    var name: String {
        switch self {
        case .reads: "reads"
        case .writes: "writes"
        case .leases: "leases"
        case .directLeases: "direct_leases"
        }
    }
}
