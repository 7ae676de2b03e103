import Postgres

/// The change feed.
protocol ChangeStore: Sendable {
    /// Changes of transactions from `horizon` on; none, but the present horizon, when it is `nil`.
    func changes(since horizon: Int64?) async throws -> ChangePage

    /// Makes rows of transactions that this server has not had yet count as old, here and in the table of presences.
    ///
    /// A dump keeps the numbers of the server it was made on. On a new one they lie ahead, where every reading would
    /// find them.
    func forgetForeignWriters() async throws

    /// Removes changes older than the given time.
    func removeChanges(before: PostgresTimestamp) async throws
}

struct PostgresChangeStore: ChangeStore {
    let database: PostgresClient

    func changes(since horizon: Int64?) async throws -> ChangePage {
        let rows = try await database.read(Self.changes(since: horizon))
        var changes: [ChangePage.Entry] = []
        for row in rows where !row.isNull(1) {
            let change: IdentityChange = row.string(3) == "session" ? .session(row.string(4)) : .person(row.string(4))
            changes.append(.init(sequence: row.int64(1), writer: row.int64(2), change: change))
        }
        return ChangePage(horizon: rows.first?.int64(0) ?? 0, changes: changes)
    }

    func forgetForeignWriters() async throws {
        _ = try await database.write([
            """
            UPDATE identity_changes SET writer = 0
            WHERE writer >= (SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint)
            """,
            """
            UPDATE presence SET writer = 0
            WHERE writer >= (SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint)
            """,
        ])
    }

    func removeChanges(before: PostgresTimestamp) async throws {
        _ = try await database.write("DELETE FROM identity_changes WHERE at < \(before)")
    }

    static func changes(since horizon: Int64?) -> PostgresQuery {
        """
        SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint, c.sequence, c.writer, c.kind, c.subject
        FROM (VALUES (1)) AS one
        LEFT JOIN identity_changes AS c ON c.writer >= \(horizon)
        ORDER BY c.sequence
        """
    }
}
