public import Logging
public import ServiceLifecycle

/// Runs statements on a Postgres database, over connections it makes, shares and replaces by itself.
///
/// One thread drives all connections through libpq's pipeline mode. Reads of concurrent tasks share a few deep
/// connections, every write has a transaction of its own, and transactions lease a connection; the package's README
/// explains why.
public final class PostgresClient: Service, Sendable {
    /// The settings in use.
    public let configuration: PostgresConfiguration

    private let driver: Driver

    /// Prepares a client. Connections are made when the first task needs one, or ``run()`` is called.
    public init(configuration: PostgresConfiguration, logger: Logger) {
        self.configuration = configuration
        driver = Driver(configuration: configuration, logger: logger)
    }

    deinit {
        driver.stop(drain: false)
    }

    /// Drives the client until a graceful shutdown or the task's cancellation.
    ///
    /// A graceful shutdown takes no new work, lets statements and leases under way end, and then returns. A
    /// cancellation fails them as `closed`.
    public func run() async throws {
        await driver.run()
    }

    /// Waits for the first connection.
    ///
    /// - Throws: ``PostgresError``: why the last attempt failed, if none succeeds in time; at once for what only a
    ///   change of settings can mend, such as a wrong password.
    public func waitUntilReady(timeout: Duration = .seconds(10)) async throws {
        try await driver.perform(Request(.ready, deadline: timeout))
    }

    /// Runs a statement that changes nothing.
    ///
    /// It shares a connection with other reads, and is run again if a neighbour's failure aborted it or the connection
    /// broke. What writes nevertheless, such as a SELECT of a function that does, fails as `readOnlySQLTransaction`
    /// (but not behind a pooler): it is a write.
    ///
    /// - Parameter deadline: how long it may take, waiting included; `nil`: the configuration's `statementDeadline`.
    /// - Throws: ``PostgresError``.
    public func read(_ query: PostgresQuery, deadline: Duration? = nil) async throws -> PostgresRows {
        let request = Request(.read, query, deadline: deadline)
        try await driver.perform(request)
        return try request.takeRows()
    }

    /// Runs one statement in a transaction of its own. It is acknowledged when it is committed, and never repeated.
    ///
    /// - Parameter deadline: how long it may take, waiting included; `nil`: the configuration's `statementDeadline`.
    /// - Throws: ``PostgresError``; of kind `unknownOutcome` when the connection broke after it was sent.
    @discardableResult
    public func write(_ query: PostgresQuery, deadline: Duration? = nil) async throws -> PostgresRows {
        let request = Request(.write, query, deadline: deadline)
        try await driver.perform(request)
        return try request.takeRows()
    }

    /// Runs several statements in one transaction and one round trip: all take effect, or none.
    ///
    /// - Parameter deadline: how long they may take, waiting included; `nil`: the configuration's `statementDeadline`.
    /// - Returns: what each statement answered, in order.
    /// - Throws: ``PostgresError`` of the first statement that failed; of kind `unknownOutcome` when the connection
    ///   broke after they were sent.
    @discardableResult
    public func write(_ batch: [PostgresQuery], deadline: Duration? = nil) async throws -> [PostgresRows] {
        guard let first = batch.first else { return [] }
        let request = Request(.write, first, Array(batch.dropFirst()), deadline: deadline)
        try await driver.perform(request)
        return request.takeAllRows()
    }

    /// Runs `body` in a transaction: committed when it returns, rolled back when it throws.
    ///
    /// BEGIN travels with the first statement. A transaction that failed on the server is never reported as committed.
    ///
    /// - Parameter deadline: how long the whole may take; `nil`: not limited.
    /// - Throws: what `body` throws, or ``PostgresError``; of kind `unknownOutcome` when the connection broke after
    ///   COMMIT was sent.
    public nonisolated(nonsending) func transaction<R>(
        _ options: PostgresTransactionOptions = .init(),
        deadline: Duration? = nil,
        _ body: (PostgresTransaction) async throws -> R
    ) async throws -> R {
        let deadline = deadline.map { MonotonicClock.now(plus: $0) } ?? 0
        let lease = try await Lease.acquire(.transaction, from: driver, deadline: deadline)
        defer { lease.release(reset: false) }
        return try await PostgresTransaction.run(on: lease, options, deadline: deadline, body)
    }

    /// Lends `body` a connection of its own: for session state, COPY, long queries, several statements as one text.
    ///
    /// Afterwards the session is reset, or closed if it cannot be.
    ///
    /// - Throws: what `body` throws, or ``PostgresError``.
    public nonisolated(nonsending) func withConnection<R>(
        _ body: (PostgresConnection) async throws -> R
    ) async throws -> R {
        let lease = try await Lease.acquire(.session, from: driver, deadline: 0)
        defer { lease.release(reset: true) }
        return try await body(PostgresConnection(lease: lease))
    }

    /// Listens to channels for as long as the sequence is iterated, over one connection shared by all listeners.
    ///
    /// Behind a pooler that cannot LISTEN (``PostgresConfiguration/supportsListen``) the sequence ends at once.
    public func listen(_ channels: [String]) -> PostgresNotifications {
        driver.listen(channels)
    }

    /// The state of the connections.
    public var health: PostgresHealth { driver.health }
}
