/// What runs statements one after the other in one session: a transaction or a leased connection.
public protocol PostgresExecutor: Sendable {
    /// Runs a statement and returns what it answered.
    ///
    /// - Throws: ``PostgresError``.
    @discardableResult
    func query(_ query: PostgresQuery) async throws -> PostgresRows
}
