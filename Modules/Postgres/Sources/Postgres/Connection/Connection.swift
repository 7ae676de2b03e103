import CPostgres

/// One connection of libpq, non-blocking and in pipeline mode unless it is busy with something that cannot be.
///
/// Confined to its loop's thread: not `Sendable`. It only talks to libpq and keeps what is known about the connection;
/// the engine decides.
final class Connection {
    let id: ConnectionID
    let role: Role
    let pg: OpaquePointer
    private(set) var isConnecting = true
    /// What the poller watches: a descriptor (−1 if none), and for what.
    private var watched: (descriptor: Int32, read: Bool, write: Bool) = (-1, false, false)

    var pipeline = Pipeline<Request>()
    var statements: StatementCache
    /// Whether reads were sent since the last Sync.
    var isBatchOpen = false
    /// Whether libpq has bytes that the socket did not take.
    private(set) var wantsToWrite = false
    /// Who has borrowed the connection.
    var loan: Loan?
    /// When to give the connection up because nothing comes any more; 0 for never.
    var stallTime: UInt64 = 0

    /// What a connection is for.
    enum Role {
        case pool(PoolKind)
        case listener
    }

    init(id: ConnectionID, role: Role, pg: OpaquePointer, statementLimit: Int) {
        self.id = id
        self.role = role
        self.pg = pg
        statements = StatementCache(limit: statementLimit)
        // The default prints notices to the standard error.
        PQsetNoticeReceiver(pg, { _, _ in }, nil)
    }

    deinit {
        PQfinish(pg)
    }

    /// A connection that was just made is ready for use.
    func connected() {
        isConnecting = false
        PQsetnonblocking(pg, 1)
        // libpq's own messages, which are logged, must not quote data. Results keep all fields.
        PQsetErrorVerbosity(pg, PQERRORS_SQLSTATE)
    }

    func enterPipelineMode() -> Bool { PQenterPipelineMode(pg) == 1 }

    func exitPipelineMode() -> Bool { PQexitPipelineMode(pg) == 1 }

    /// Has the poller watch the socket. While a connection is being made, the socket may change behind our back.
    func watch(_ poller: borrowing Poller, read: Bool, write: Bool) {
        let descriptor = PQsocket(pg)
        if !isConnecting, watched == (descriptor, read, write) { return }
        watched = (descriptor, read, write)
        _ = poller.watch(descriptor, token: id.rawValue, read: read, write: write)
    }

    func unwatch(_ poller: borrowing Poller) {
        if watched.descriptor >= 0, PQsocket(pg) >= 0 { poller.forget(PQsocket(pg)) }
    }

    // MARK: Sending. Each answers whether libpq took it; if not, the connection is broken.

    func send(prepare statement: PreparedStatement, types scratch: ParameterScratch, count: Int) -> Bool {
        pipeline.sent(.prepare(statement))
        return PQsendPrepare(pg, statement.name, statement.key.sql, Int32(count), scratch.types) == 1
    }

    func send(_ statement: PreparedStatement, values scratch: ParameterScratch, count: Int) -> Bool {
        PQsendQueryPrepared(
            pg,
            statement.name,
            Int32(count),
            scratch.values,
            scratch.lengths,
            scratch.formats,
            1
        ) == 1
    }

    func send(unnamed sql: String, values scratch: ParameterScratch, count: Int) -> Bool {
        PQsendQueryParams(
            pg,
            sql,
            Int32(count),
            scratch.types,
            scratch.values,
            scratch.lengths,
            scratch.formats,
            1
        ) == 1
    }

    /// Sends a statement without values.
    func send(unnamed sql: String) -> Bool {
        PQsendQueryParams(pg, sql, 0, nil, nil, nil, nil, 1) == 1
    }

    /// Sends statements as one text; not in pipeline mode.
    func send(simple sql: String) -> Bool { PQsendQuery(pg, sql) == 1 }

    /// Ends a transaction, and flushes: libpq 15 has no Sync that does not.
    func sync(_ job: Request?) -> Bool {
        isBatchOpen = false
        pipeline.sent(.sync(job))
        let isTaken = PQpipelineSync(pg) == 1
        // PQpipelineSync flushed what it could, but does not say whether that was everything.
        return flush() && isTaken
    }

    /// Writes as much as the socket takes.
    func flush() -> Bool {
        let result = PQflush(pg)
        wantsToWrite = result == 1
        return result >= 0
    }

    // MARK: Receiving

    /// Reads what the socket has. `false` if the connection is broken.
    func consume() -> Bool { PQconsumeInput(pg) == 1 }

    /// Whether the next result is not complete yet.
    var isBusy: Bool { PQisBusy(pg) == 1 }

    var isBroken: Bool { PQstatus(pg) == CONNECTION_BAD }

    /// Whether a transaction is open, or has failed.
    var isInTransaction: Bool { PQtransactionStatus(pg) != PQTRANS_IDLE }

    /// libpq's account of what is wrong, in one line.
    var errorMessage: String {
        let text = PQerrorMessage(pg).map { String(cString: $0) } ?? ""
        return text.split(whereSeparator: \.isNewline).joined(separator: " ")
    }
}
