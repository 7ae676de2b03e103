public import Postgres

/// The statements by which a write tells that KV must follow. They belong into the transaction of the write.
public enum CopyOutbox {
    /// Names an entity whose copy in KV is now old. In `postgres_only` the copy is only noted, for a retreat.
    public static func note(_ entity: EntityName) -> PostgresQuery {
        """
        INSERT INTO cutover_copies (data_set, kind, key)
        VALUES (\(entity.set.rawValue), \(entity.kind), \(entity.key))
        ON CONFLICT (data_set, kind, key) DO UPDATE
        SET version = nextval('cutover_copy_versions'), attempts = 0, due_at = clock_timestamp(), error = NULL
        """
    }

    /// Keeps copies and repairs of an entity away until the transaction ends. Every write to KV before the answer
    /// begins with it: a copy of what was before must not overtake it, and a repair must not judge it while it is under way.
    public static func lock(_ entity: EntityName) -> PostgresQuery {
        "SELECT pg_advisory_xact_lock(hashtextextended(\(entity.lockText), 0))"
    }

    /// Whether KV lacks the present state of an entity: then it is read from Postgres, also after a retreat.
    public static func isWaiting(_ entity: EntityName) -> PostgresQuery {
        """
        SELECT EXISTS (
            SELECT FROM cutover_copies
            WHERE data_set = \(entity.set.rawValue) AND kind = \(entity.kind) AND key = \(entity.key)
        )
        """
    }
}

extension EntityName {
    /// What is locked: two entities that share a lock by chance only wait for each other.
    var lockText: String { "cutover \(set) \(field)" }
}
