import Postgres

/// Writes down what matters to the security of accounts, as a part of the write that it tells of.
protocol AuditLog: Sendable {
    /// The statement that records the event; belongs into the transaction of what happened.
    func record(_ event: AuditEvent) -> PostgresQuery
}
