import Postgres

/// Fills the search index behind the sends, so that neither they nor reads pay for it.
protocol SearchIndexStore: Sendable {
    /// Takes in what was stored and what has changed since the last call, at most `limit` messages each.
    ///
    /// - Returns: `false` when there was nothing to do.
    func index(limit: Int) async throws -> Bool
}

extension PostgresMessageStore: SearchIndexStore {
    func index(limit: Int) async throws -> Bool {
        let row = try await database.read(
            """
            SELECT done, seen, EXISTS (SELECT FROM message_search WHERE terms IS NULL)
            FROM message_search_progress
            """
        ).first
        // Read before the writing transaction has its number: see `taking`.
        let latest = try await messageCount()
        guard let row, row.int64(0) < latest || row.bool(2) else { return false }
        _ = try await database.write(Self.taking(latest, limit: limit) + [Self.refreshing(limit: limit)])
        return true
    }

    /// Messages are taken in once, in the order of their ordinals. Transactions that overlap become visible in another
    /// order, so the index goes as far as messages were seen to exist, and only after everybody who may still store one
    /// before that place has ended: whoever took an ordinal had a number that is smaller than that of the transaction
    /// which wrote `seen` afterwards.
    ///
    /// - Parameter latest: an ordinal that was given out before this transaction began.
    static func taking(_ latest: Int64, limit: Int) -> [PostgresQuery] {
        [
            """
            WITH ready AS (
                SELECT done, seen
                FROM message_search_progress
                WHERE seen_by <= pg_snapshot_xmin(pg_current_snapshot())
                    -- Of another server: numbers begin anew when a dump is restored.
                    OR seen_by >= pg_snapshot_xmax(pg_current_snapshot())
            ), batch AS (
                SELECT ordinal, id, created_at, text, from_user, to_user
                FROM ready, messages
                WHERE ordinal > ready.done AND ordinal <= ready.seen
                ORDER BY ordinal
                LIMIT \(limit)
            ), moved AS (
                UPDATE message_search_progress
                SET done = CASE
                    WHEN (SELECT count(*) FROM batch) < \(limit) THEN ready.seen
                    ELSE (SELECT max(ordinal) FROM batch)
                END
                FROM ready
            )
            INSERT INTO message_search (message_id, created_at, terms)
            SELECT id, created_at, message_terms(text, from_user, to_user)
            FROM batch
            WHERE text <> ''
            ORDER BY ordinal
            -- It has changed since, and will be done anew.
            ON CONFLICT (message_id) DO NOTHING
            """,
            """
            UPDATE message_search_progress
            SET seen = \(latest), seen_by = pg_current_xact_id()
            WHERE done = seen AND seen < \(latest)
            """,
        ]
    }

    /// Makes the words of changed messages anew. Waits for nobody, who may be waiting for a row that it holds; a message
    /// that is being changed at this moment comes next time.
    static func refreshing(limit: Int) -> PostgresQuery {
        """
        WITH stale AS (
            SELECT message_id
            FROM message_search
            WHERE terms IS NULL
            LIMIT \(limit)
            FOR UPDATE SKIP LOCKED
        ), present AS (
            SELECT id, text, from_user, to_user
            FROM messages
            WHERE id IN (SELECT message_id FROM stale)
            FOR SHARE SKIP LOCKED
        )
        UPDATE message_search
        SET terms = message_terms(present.text, present.from_user, present.to_user)
        FROM present
        WHERE message_id = present.id
        """
    }

    /// Takes a message's words out of the index until they are made anew. To be run after the statement that changes it.
    static func indexingAnew(_ id: String) -> PostgresQuery {
        """
        INSERT INTO message_search (message_id, created_at)
        SELECT id, created_at FROM messages WHERE id = \(id)
        ON CONFLICT (message_id) DO UPDATE SET terms = NULL
        """
    }
}
