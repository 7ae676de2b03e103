import Postgres

/// The statements on `activity_inbox`, where everything that counts is appended.
enum ActivityInbox {
    /// Appends facts: nothing is read and nobody's row is locked, so any number of writers never wait for each other.
    /// Also for the batch of a request that is itself such a fact.
    static func append(_ facts: [ActivityFact]) -> PostgresQuery {
        """
        INSERT INTO activity_inbox (handle, kind, day, number)
        SELECT *
        FROM unnest(
            \(facts.map(\.handle)),
            \(facts.map(\.kind.rawValue)),
            \(facts.map(\.day)),
            \(facts.map { $0.number.map { Int32(clamping: $0) } })
        )
        """
    }

    /// Whether there is anything to count, or somebody's midnight has passed.
    static func hasWork(at now: PostgresTimestamp) -> PostgresQuery {
        """
        SELECT (SELECT id FROM activity_inbox ORDER BY id LIMIT 1) IS NOT NULL
            OR EXISTS (SELECT FROM streaks WHERE expires_at <= \(now))
        """
    }

    /// Makes the caller the one who counts, until its transaction ends; `false` when another one is at it.
    static let tryLock: PostgresQuery =
        "SELECT pg_try_advisory_xact_lock(hashtextextended('engagement.activity', 0))"

    /// As ``tryLock``, but waits for its turn.
    static let lock: PostgresQuery = "SELECT pg_advisory_xact_lock(hashtextextended('engagement.activity', 0))"

    /// Takes facts out, the oldest first. Those of people who are being renamed at this moment stay for later: so the
    /// one who counts never waits for a lock of another, while others may wait for it.
    static func claim(_ limit: Int) -> PostgresQuery {
        """
        WITH due AS (
            SELECT fact.id
            FROM activity_inbox AS fact
            JOIN handles AS owner ON owner.handle = fact.handle
            ORDER BY fact.id
            LIMIT \(limit)
            FOR UPDATE OF fact SKIP LOCKED
            FOR KEY SHARE OF owner SKIP LOCKED
        )
        DELETE FROM activity_inbox
        WHERE id = ANY(ARRAY(SELECT id FROM due))
        RETURNING handle, kind, day, number
        """
    }

    static func fact(_ row: PostgresRow) throws -> ActivityFact {
        // An older instance does not know the kinds of a newer one, and must not lose them.
        guard let kind = ActivityKind(rawValue: row.string(1)) else { throw UnknownActivityKind(kind: row.string(1)) }
        return ActivityFact(
            handle: row.string(0),
            kind: kind,
            day: try row.decode(PostgresDate?.self, 2),
            number: row.isNull(3) ? nil : Int(row.int64(3))
        )
    }
}

/// A fact was written by a newer version of the service: it waits for an instance that knows its kind.
struct UnknownActivityKind: Error {
    let kind: String
}
