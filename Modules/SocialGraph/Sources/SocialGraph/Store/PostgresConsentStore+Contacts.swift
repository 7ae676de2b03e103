import Postgres

extension PostgresConsentStore: ContactStore {
    func contact(_ pair: OrderedPair, at time: PostgresTimestamp) async throws -> Contact {
        var forward = Consent.none
        var backward = Consent.none
        var messagesToday = 0
        var hasWritten = false
        for row in try await database.read(Self.contact(pair, at: time)) {
            guard row.bool(0) else {
                backward = Self.consent(row, at: 1)
                continue
            }
            forward = Self.consent(row, at: 1)
            messagesToday = Int(row.int64(4))
            hasWritten = row.bool(5)
        }
        return Contact(
            pair: ConsentPair(forward: forward, backward: backward),
            messagesToday: messagesToday,
            hasWritten: hasWritten
        )
    }

    static func contact(_ pair: OrderedPair, at time: PostgresTimestamp) -> PostgresQuery {
        """
        SELECT from_user = \(pair.from), status, created_at, updated_at,
            CASE WHEN stranger_day = (\(time) AT TIME ZONE 'UTC')::date THEN stranger_messages ELSE 0 END,
            stranger_day IS NOT NULL
        FROM user_connections
        WHERE (from_user, to_user) IN ((\(pair.from), \(pair.to)), (\(pair.to), \(pair.from)))
        """
    }

    func contacting(_ pair: OrderedPair, preview: String, limit: Int, at time: PostgresTimestamp) -> [PostgresQuery] {
        [
            // Two first messages at once meet in this row: one makes the request, the other counts.
            """
            INSERT INTO user_connections AS c (
                from_user, to_user, status, created_at, updated_at, actor, message, stranger_day, stranger_messages
            )
            VALUES (
                \(pair.from), \(pair.to), 'pending', \(time), \(time), 'sender', \(preview),
                (\(time) AT TIME ZONE 'UTC')::date, 1
            )
            ON CONFLICT (from_user, to_user) DO UPDATE SET
                status = EXCLUDED.status,
                created_at = CASE c.status WHEN 'none' THEN EXCLUDED.created_at ELSE c.created_at END,
                updated_at = CASE c.status WHEN 'none' THEN EXCLUDED.updated_at ELSE c.updated_at END,
                actor = EXCLUDED.actor,
                message = coalesce(c.message, EXCLUDED.message),
                writer = CASE c.status WHEN 'none' THEN EXCLUDED.writer ELSE c.writer END,
                stranger_messages =
                    CASE c.stranger_day WHEN EXCLUDED.stranger_day THEN c.stranger_messages + 1 ELSE 1 END,
                stranger_day = EXCLUDED.stranger_day
            WHERE c.status IN ('none', 'pending')
            """,
            """
            SELECT refuse_contact()
            FROM user_connections
            WHERE (from_user, to_user) IN ((\(pair.from), \(pair.to)), (\(pair.to), \(pair.from)))
                AND (
                    status = 'blocked'
                    OR (status = 'pending' AND from_user = \(pair.from) AND stranger_messages > \(limit))
                )
            """,
        ]
    }

    func answering(_ pair: OrderedPair, at time: PostgresTimestamp) -> [PostgresQuery] {
        [
            pair.lock,
            Self.acceptance(of: pair.reversed, at: time),
            """
            SELECT refuse_contact()
            FROM user_connections
            WHERE (from_user, to_user) IN ((\(pair.from), \(pair.to)), (\(pair.to), \(pair.from)))
                AND status = 'blocked'
            """,
        ]
    }
}

extension PostgresConsentStore: ConnectionChangeStore {
    func changes(since horizon: Int64?) async throws -> ConnectionChangePage {
        let rows = try await database.read(Self.changes(since: horizon))
        let changes = rows.compactMap { row -> ConnectionChange? in
            guard !row.isNull(1) else { return nil }
            return ConnectionChange(pair: OrderedPair(from: row.string(1), to: row.string(2)), writer: row.int64(3))
        }
        return ConnectionChangePage(horizon: rows.first?.int64(0) ?? 0, changes: changes)
    }

    static func changes(since horizon: Int64?) -> PostgresQuery {
        """
        SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint, c.from_user, c.to_user, c.writer
        FROM (VALUES (1)) AS one
        LEFT JOIN user_connections AS c ON c.writer >= \(horizon)
        """
    }

    func forgetForeignWriters() async throws {
        _ = try await database.write(
            """
            UPDATE user_connections SET writer = 0
            WHERE writer >= (SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint)
            """
        )
    }
}
