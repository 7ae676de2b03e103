import Kernel
import Postgres

/// All SQL of the module.
struct PostgresEngagementStore: EngagementStore {
    let database: PostgresClient

    func add(_ entry: Entry, through writer: any RequestWriter) async throws {
        _ = try await writer.write([
            """
            INSERT INTO engagement (id, author, text, created_at)
            VALUES (\(entry.id), \(entry.author), \(entry.text), \(entry.createdAt))
            """
        ])
    }

    func newest(_ limit: Int, before cursor: EntryCursor?) async throws -> [Entry] {
        let rows =
            if let cursor {
                try await database.read(
                    """
                    SELECT id, author, text, created_at
                    FROM engagement
                    WHERE (created_at, id) < (\(cursor.createdAt), \(cursor.id))
                    ORDER BY created_at DESC, id DESC
                    LIMIT \(limit)
                    """
                )
            } else {
                try await database.read(
                    """
                    SELECT id, author, text, created_at
                    FROM engagement
                    ORDER BY created_at DESC, id DESC
                    LIMIT \(limit)
                    """
                )
            }
        return rows.map(Self.entry)
    }

    func count() async throws -> Int {
        let rows = try await database.read("SELECT count(*) FROM engagement")
        return rows.first.map { Int($0.int64(0)) } ?? 0
    }

    func all(of handle: String) async throws -> [Entry] {
        try await database.read(
            """
            SELECT id, author, text, created_at
            FROM engagement
            WHERE author = \(handle)
            ORDER BY created_at, id
            """
        ).map(Self.entry)
    }

    func erase(_ handle: String, in transaction: PostgresTransaction) async throws {
        _ = try await transaction.query("DELETE FROM engagement WHERE author = \(handle)")
    }

    private static func entry(_ row: PostgresRow) -> Entry {
        Entry(id: row.string(0), author: row.string(1), text: row.string(2), createdAt: row.timestamp(3))
    }
}
