import Synchronization

/// An open transaction, valid during the body of ``PostgresClient/transaction(_:deadline:_:)``.
public final class PostgresTransaction: PostgresExecutor {
    private let lease: Lease
    private let begin: String
    private let deadline: UInt64
    private let savepoints = Atomic<Int>(0)

    private init(lease: Lease, begin: String, deadline: UInt64) {
        self.lease = lease
        self.begin = begin
        self.deadline = deadline
    }

    /// Runs a statement. After one has failed, the server refuses all others until the transaction, or the savepoint
    /// around it, is rolled back.
    ///
    /// - Throws: ``PostgresError``.
    @discardableResult
    public func query(_ query: PostgresQuery) async throws -> PostgresRows {
        let request = request(query)
        try await lease.perform(request)
        return try request.takeRows()
    }

    /// Runs several statements in one round trip. Those after one that fails do not run.
    ///
    /// - Returns: what each statement answered, in order.
    /// - Throws: ``PostgresError`` of the first statement that failed.
    @discardableResult
    public func query(_ batch: [PostgresQuery]) async throws -> [PostgresRows] {
        guard let first = batch.first else { return [] }
        let request = request(first, Array(batch.dropFirst()))
        try await lease.perform(request)
        return request.takeAllRows()
    }

    /// Runs `body` in a part of the transaction that is undone by itself if it throws.
    ///
    /// - Throws: what `body` throws, or ``PostgresError``.
    public nonisolated(nonsending) func savepoint<R>(_ body: () async throws -> R) async throws -> R {
        // A number: no text from outside.
        let name = "savepoint_\(savepoints.add(1, ordering: .relaxed).newValue)"
        try await query("SAVEPOINT \(unescaped: name)")
        do {
            let result = try await body()
            try await query("RELEASE SAVEPOINT \(unescaped: name)")
            return result
        } catch {
            // If this fails too, the transaction cannot be committed, which the end of it reports.
            let undo = request("ROLLBACK TO SAVEPOINT \(unescaped: name)")
            try? await lease.perform(undo, isCancellable: false)
            throw error
        }
    }

    private func request(_ query: PostgresQuery, _ rest: [PostgresQuery] = []) -> Request {
        let request = Request(.statements(lease.id, begin: begin), query, rest)
        request.deadline = deadline
        return request
    }

    static nonisolated(nonsending) func run<R>(
        on lease: Lease,
        _ options: PostgresTransactionOptions,
        deadline: UInt64,
        _ body: (PostgresTransaction) async throws -> R
    ) async throws -> R {
        let transaction = PostgresTransaction(lease: lease, begin: options.beginStatement, deadline: deadline)
        let result: R
        do {
            result = try await body(transaction)
        } catch {
            // A failure means that the connection is gone, and the transaction with it.
            try? await lease.perform(Request(.finish(lease.id, commit: false)), isCancellable: false)
            throw error
        }
        try await lease.perform(Request(.finish(lease.id, commit: true)), isCancellable: false)
        return result
    }
}
