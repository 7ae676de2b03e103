import Postgres

/// The table of applied migrations. The original's `_migrations` is left alone.
enum SchemaHistory {
    /// A row of the table.
    struct Entry: Sendable {
        let module: String
        let name: String
        let checksum: String
        let appliedAt: PostgresTimestamp
        let milliseconds: Int
    }

    static let create: PostgresQuery = """
        CREATE TABLE IF NOT EXISTS schema_migrations (
            module text NOT NULL,
            name text NOT NULL,
            checksum text NOT NULL,
            applied_at timestamptz NOT NULL DEFAULT clock_timestamp(),
            duration_ms bigint NOT NULL,
            applied_by text NOT NULL DEFAULT current_user,
            PRIMARY KEY (module, name)
        )
        """

    static let select: PostgresQuery = """
        SELECT module, name, checksum, applied_at, duration_ms
        FROM schema_migrations
        ORDER BY module, name
        """

    static func insert(_ module: String, _ migration: Migration, milliseconds: Int) -> PostgresQuery {
        """
        INSERT INTO schema_migrations (module, name, checksum, duration_ms)
        VALUES (\(module), \(migration.name), \(migration.checksum), \(milliseconds))
        """
    }

    static func entries(_ rows: PostgresRows) throws -> [Entry] {
        try rows.map { row in
            Entry(
                module: try row.decode(0),
                name: try row.decode(1),
                checksum: try row.decode(2),
                appliedAt: try row.decode(3),
                milliseconds: try row.decode(4)
            )
        }
    }
}
