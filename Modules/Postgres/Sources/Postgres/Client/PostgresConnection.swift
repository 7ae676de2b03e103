/// A connection on loan, valid during the body of ``PostgresClient/withConnection(_:)``.
public final class PostgresConnection: PostgresExecutor {
    private let lease: Lease

    init(lease: Lease) {
        self.lease = lease
    }

    /// Runs a statement.
    ///
    /// - Throws: ``PostgresError``; of kind `unknownOutcome` when the connection broke after it was sent.
    @discardableResult
    public func query(_ query: PostgresQuery) async throws -> PostgresRows {
        let request = Request(.statements(lease.id, begin: nil), query)
        try await lease.perform(request)
        return try request.takeRows()
    }

    /// Runs a statement with a limit of time.
    ///
    /// - Throws: ``PostgresError``; of kind `deadline` when the time was up and the server was asked to stop.
    @discardableResult
    public func query(_ query: PostgresQuery, deadline: Duration) async throws -> PostgresRows {
        let request = Request(.statements(lease.id, begin: nil), query, deadline: deadline)
        try await lease.perform(request)
        return try request.takeRows()
    }

    /// Runs several statements in one round trip; outside of a transaction all take effect, or none.
    ///
    /// - Returns: what each statement answered, in order.
    /// - Throws: ``PostgresError`` of the first statement that failed.
    @discardableResult
    public func queryBatch(_ batch: [PostgresQuery]) async throws -> [PostgresRows] {
        guard let first = batch.first else { return [] }
        let request = Request(.statements(lease.id, begin: nil), first, Array(batch.dropFirst()))
        try await lease.perform(request)
        return request.takeAllRows()
    }

    /// Runs a text of one or more statements by the simple protocol, as migrations need. Unless the text says
    /// otherwise, all of it is one transaction. Values come back as text: ``PostgresRow/text(_:)``.
    ///
    /// - Returns: what each statement answered, in order.
    /// - Throws: ``PostgresError`` of the first statement that failed; the rest did not run.
    @discardableResult
    public func simple(_ sql: String) async throws -> [PostgresRows] {
        let request = Request(.simple(lease.id), PostgresQuery(sql: sql))
        try await lease.perform(request)
        return request.takeAllRows()
    }

    /// Runs `COPY … FROM STDIN` and sends what `body` writes, in the format the statement names.
    ///
    /// - Returns: the number of rows copied.
    /// - Throws: what `body` throws (nothing is copied then), or ``PostgresError``.
    @discardableResult
    public nonisolated(nonsending) func copyIn(
        _ sql: String,
        _ body: (PostgresCopyWriter) async throws -> Void
    ) async throws -> Int {
        try await lease.perform(Request(.copyIn(lease.id), PostgresQuery(sql: sql)))
        let writer = PostgresCopyWriter(lease: lease)
        do {
            try await body(writer)
            try await writer.flush()
        } catch {
            let end = Request(.copyEnd(lease.id, failure: "the client gave up"))
            try? await lease.perform(end, isCancellable: false)
            throw error
        }
        let end = Request(.copyEnd(lease.id, failure: nil))
        try await lease.perform(end, isCancellable: false)
        return try end.takeRows().affected
    }

    /// Runs `COPY … TO STDOUT` and returns what arrives, in the format the statement names, as it arrives.
    ///
    /// The connection can do nothing else until the sequence has ended. A sequence left before its end closes the
    /// connection when the loan is over.
    ///
    /// - Throws: ``PostgresError``, also while the sequence is iterated.
    public func copyOut(_ sql: String) async throws -> PostgresCopyChunks {
        try await lease.perform(Request(.copyOut(lease.id), PostgresQuery(sql: sql)))
        return PostgresCopyChunks(lease: lease)
    }

    /// Runs `body` in a transaction: committed when it returns, rolled back when it throws.
    ///
    /// - Throws: what `body` throws, or ``PostgresError``; of kind `unknownOutcome` when the connection broke after
    ///   COMMIT was sent.
    public nonisolated(nonsending) func transaction<R>(
        _ options: PostgresTransactionOptions = .init(),
        _ body: (PostgresTransaction) async throws -> R
    ) async throws -> R {
        try await PostgresTransaction.run(on: lease, options, deadline: 0, body)
    }

    /// Asks the server to end the statement that is running; it then fails as `queryCanceled`. Does not wait.
    public func cancel() {
        lease.cancel()
    }
}
