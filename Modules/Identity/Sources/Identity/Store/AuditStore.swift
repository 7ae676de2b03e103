import Postgres

struct PostgresAuditLog: AuditLog {
    /// A handle without a row is left out: an event about a name that nobody has is still an event.
    func record(_ event: AuditEvent) -> PostgresQuery {
        """
        INSERT INTO audit_log (at, kind, handle, address_hash, detail)
        SELECT
            \(event.at), \(event.kind.rawValue), (SELECT handle FROM handles WHERE handle = \(event.handle)),
            \(event.address), \(event.detail)
        """
    }
}
