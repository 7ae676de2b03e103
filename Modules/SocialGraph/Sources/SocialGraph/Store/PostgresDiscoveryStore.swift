import Contracts
import Postgres

struct PostgresDiscoveryStore: DiscoveryStore {
    let database: PostgresClient

    func lock(_ handle: String, in transaction: PostgresTransaction) async throws -> Bool {
        // The row first: an erasure, which locks it for itself, then waits for whoever is writing, and they for it.
        let results = try await transaction.query([
            "SELECT FROM handles WHERE handle = \(handle) FOR KEY SHARE",
            "SELECT pg_advisory_xact_lock(\(Self.lockSpace), hashtext(\(handle)))",
        ])
        return results[0].count == 1
    }

    func write(_ entry: DiscoveryEntry, in transaction: PostgresTransaction) async throws {
        let batch = [Self.forgettingWords(of: entry.handle, besides: entry.words)] + Self.writing([entry])
        _ = try await transaction.query(batch)
    }

    func remove(_ handle: String, in transaction: PostgresTransaction) async throws {
        _ = try await transaction.query([
            Self.forgettingWords(of: handle, besides: []),
            "DELETE FROM discovery_people WHERE handle = \(handle)",
        ])
    }

    func handles(after: String, limit: Int) async throws -> [(handle: String, isIndexed: Bool)] {
        try await database.read(Self.handles(after: after, limit: limit)).map { ($0.string(0), $0.bool(1)) }
    }

    func fill(
        _ entries: @Sendable (_ free: @Sendable ([String]) async throws -> [String]) async throws -> [DiscoveryEntry]
    ) async throws {
        try await database.transaction { transaction in
            // Whoever is being brought up to date right now is left to that; waiting for many locks invites deadlocks.
            let found = try await entries { handles in
                try await transaction.query(
                    """
                    WITH present AS MATERIALIZED (
                        SELECT handle FROM handles WHERE handle = ANY (\(handles)) FOR KEY SHARE SKIP LOCKED
                    )
                    SELECT handle FROM present
                    WHERE pg_try_advisory_xact_lock(\(Self.lockSpace), hashtext(handle))
                    """
                ).map { $0.string(0) }
            }
            if !found.isEmpty { _ = try await transaction.query(Self.writing(found)) }
        }
    }

    func filling() async throws -> Filling {
        let rows = try await database.read("SELECT after, finished_at FROM discovery_filling")
        return try rows.first.map {
            Filling(after: $0.string(0), finishedAt: try $0.decode(PostgresTimestamp?.self, 1))
        }
            ?? Filling(after: "")
    }

    func setFilling(_ filling: Filling) async throws {
        _ = try await database.write(
            "UPDATE discovery_filling SET after = \(filling.after), finished_at = \(filling.finishedAt)"
        )
    }

    func noteHours(_ hours: [(handle: String, hours: ActiveHours)], period: Int32) async throws {
        _ = try await database.write(Self.noting(hours, period: period))
    }

    func newcomers(among handles: [String], since: PostgresTimestamp) async throws -> Set<String> {
        Set(
            try await database.read(
                """
                SELECT handle FROM discovery_people
                WHERE handle = ANY (\(handles)) AND registered_at > \(since)
                """
            ).map { $0.string(0) }
        )
    }

    /// Apart from the locks of other uses.
    private static let lockSpace: Int32 = 0x736F_6369  // "soci"
}

extension PostgresDiscoveryStore {
    static func handles(after: String, limit: Int) -> PostgresQuery {
        """
        SELECT h.handle, d.handle IS NOT NULL
        FROM handles AS h
        LEFT JOIN discovery_people AS d ON d.handle = h.handle
        WHERE h.handle > \(after) AND h.kind IN ('human', 'agent')
        ORDER BY h.handle
        LIMIT \(limit)
        """
    }

    /// A row for each entry whose person exists, their topics and words. The time of activity never goes back, so the
    /// invisible, of whom the entry tells none, stay where they were.
    static func writing(_ entries: [DiscoveryEntry]) -> [PostgresQuery] {
        let handles = entries.map(\.handle)
        let topics = entries.flatMap { entry in entry.topics.map { (entry.handle, $0) } }
        // In one order for all, so that writers of the same new words cannot wait for each other in a circle.
        let words = Set(entries.flatMap(\.words)).sorted()
        return [
            """
            INSERT INTO discovery_people AS d (
                handle, kind, tier, visibility, building, interests, search, registered_at, last_active_at
            )
            SELECT h.handle, e.kind, e.tier, e.visibility, e.building, string_to_array(e.interests, \(separator)),
                array_to_tsvector(string_to_array(e.lexemes, \(separator))), e.registered_at,
                COALESCE(e.last_active_at, e.registered_at)
            FROM unnest(
                \(handles), \(entries.map(\.kind.rawValue)), \(entries.map(\.tier.rawValue)),
                \(entries.map(\.visibility.rawValue)), \(entries.map(\.building)),
                \(entries.map { $0.interests.joined(separator: separator) }),
                \(entries.map { $0.lexemes.joined(separator: separator) }), \(entries.map(\.registeredAt)),
                \(entries.map(\.lastActiveAt))
            ) AS e (handle, kind, tier, visibility, building, interests, lexemes, registered_at, last_active_at)
            JOIN handles AS h ON h.handle = e.handle AND h.kind IN ('human', 'agent')
            ON CONFLICT (handle) DO UPDATE SET
                kind = EXCLUDED.kind, tier = EXCLUDED.tier, visibility = EXCLUDED.visibility,
                building = EXCLUDED.building, interests = EXCLUDED.interests, search = EXCLUDED.search,
                registered_at = EXCLUDED.registered_at,
                last_active_at = GREATEST(d.last_active_at, EXCLUDED.last_active_at)
            """,
            """
            DELETE FROM person_topics AS t
            WHERE t.handle = ANY (\(handles))
                AND (t.handle, t.topic) NOT IN (
                    SELECT n.handle, n.topic FROM unnest(\(topics.map(\.0)), \(topics.map(\.1))) AS n (handle, topic)
                )
            """,
            """
            INSERT INTO person_topics AS t (handle, topic, last_active_at)
            SELECT d.handle, n.topic, d.last_active_at
            FROM unnest(\(topics.map(\.0)), \(topics.map(\.1))) AS n (handle, topic)
            JOIN discovery_people AS d ON d.handle = n.handle
            ON CONFLICT (handle, topic) DO UPDATE SET last_active_at = EXCLUDED.last_active_at
            WHERE t.last_active_at <> EXCLUDED.last_active_at
            """,
            """
            INSERT INTO search_words (word) SELECT word FROM unnest(\(words)) AS word
            ON CONFLICT (word) DO NOTHING
            """,
        ]
    }

    /// Before a person's row changes: the words that it had, will not have, and that nobody else has. Two people who
    /// give up the same word at the same moment leave it behind, which harms nobody.
    static func forgettingWords(of handle: String, besides kept: [String]) -> PostgresQuery {
        """
        DELETE FROM search_words AS w
        USING (
            SELECT unnest(tsvector_to_array(search)) AS word FROM discovery_people WHERE handle = \(handle)
        ) AS old
        WHERE w.word = old.word AND w.word <> ALL (\(kept))
            AND NOT EXISTS (
                SELECT FROM discovery_people AS d
                WHERE d.search @@ ('''' || old.word || '''')::tsquery AND d.handle <> \(handle)
            )
        """
    }

    static func noting(_ hours: [(handle: String, hours: ActiveHours)], period: Int32) -> PostgresQuery {
        """
        UPDATE discovery_people AS d SET
            earlier_hours = CASE d.hours_period
                WHEN \(period) THEN d.earlier_hours
                WHEN \(period - 1) THEN d.active_hours
                ELSE 0
            END,
            active_hours = CASE d.hours_period WHEN \(period) THEN d.active_hours | s.bits ELSE s.bits END,
            hours_period = \(period)
        FROM unnest(\(hours.map(\.handle)), \(hours.map(\.hours.bits))) AS s (handle, bits)
        WHERE d.handle = s.handle AND (d.hours_period <> \(period) OR d.active_hours & s.bits <> s.bits)
        """
    }

    /// Between the parts of a list that travels as one text: a character that no interest and no word has.
    private static let separator = "\u{1F}"
}
