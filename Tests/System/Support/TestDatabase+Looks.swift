import KernelTesting
import Postgres

extension TestDatabase {
    /// How many rows `FROM …` has: `count("messages WHERE read")`.
    func count(_ from: String) async throws -> Int {
        Int(try await client.read("SELECT count(*) FROM \(unescaped: from)")[0].int64(0))
    }

    /// How many sessions wait for an advisory lock.
    func waitingForAdvisoryLock() async throws -> Int {
        try await count(
            "pg_locks WHERE NOT granted AND locktype = 'advisory' AND database = "
                + "(SELECT oid FROM pg_database WHERE datname = current_database())"
        )
    }

    /// How many sessions wait for a lock on a table.
    func waiting(forTable table: String) async throws -> Int {
        try await count(
            "pg_locks WHERE NOT granted AND relation = '\(table)'::regclass AND database = "
                + "(SELECT oid FROM pg_database WHERE datname = current_database())"
        )
    }
}
