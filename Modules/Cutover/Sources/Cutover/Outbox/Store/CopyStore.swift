import Postgres

/// The copies that wait, as the worker sees them.
struct CopyStore: Sendable {
    let database: PostgresClient

    /// A copy that is due.
    struct Waiting: Sendable {
        let entity: EntityName
        let version: Int64
        let attempts: Int
    }

    /// What is due, the oldest first.
    func due(in set: DataSetName, limit: Int) async throws -> [Waiting] {
        try await database.read(
            """
            SELECT kind, key, version, attempts
            FROM cutover_copies
            WHERE data_set = \(set.rawValue) AND due_at <= clock_timestamp()
            ORDER BY due_at, version
            LIMIT \(Int64(limit))
            """
        ).map { row in
            Waiting(
                entity: EntityName(set, kind: try row.decode(String.self, 0), key: try row.decode(String.self, 1)),
                version: row.int64(2),
                attempts: Int(row.int64(3))
            )
        }
    }

    /// Locks an entity until the transaction ends, unless somebody else has it.
    func tryLock(_ entity: EntityName, in transaction: PostgresTransaction) async throws -> Bool {
        try await transaction.query("SELECT pg_try_advisory_xact_lock(hashtextextended(\(entity.lockText), 0))")
            .first?.bool(0) ?? false
    }

    func lock(_ entity: EntityName, in transaction: PostgresTransaction) async throws {
        _ = try await transaction.query(CopyOutbox.lock(entity))
    }

    /// The version that waits now; `nil` when somebody else has copied it.
    func version(of entity: EntityName, in transaction: PostgresTransaction) async throws -> Int64? {
        try await transaction.query(
            """
            SELECT version
            FROM cutover_copies
            WHERE data_set = \(entity.set.rawValue) AND kind = \(entity.kind) AND key = \(entity.key)
            """
        ).first?.int64(0)
    }

    /// Removes a copy that was made, unless the entity has changed since its version was read.
    func remove(_ entity: EntityName, version: Int64, in transaction: PostgresTransaction) async throws {
        _ = try await transaction.query(
            """
            DELETE FROM cutover_copies
            WHERE data_set = \(entity.set.rawValue) AND kind = \(entity.kind) AND key = \(entity.key)
                AND version = \(version)
            """
        )
    }

    /// Puts a copy off: one second, doubled with each attempt, a minute at most.
    func postpone(_ waiting: Waiting, because error: String) async throws {
        let pause = Double(min(1 << min(waiting.attempts, 6), 60))
        let entity = waiting.entity
        try await database.write(
            """
            UPDATE cutover_copies
            SET attempts = attempts + 1, due_at = clock_timestamp() + \(pause) * interval '1 second', error = \(error)
            WHERE data_set = \(entity.set.rawValue) AND kind = \(entity.kind) AND key = \(entity.key)
                AND version = \(waiting.version)
            """
        )
    }

    /// Forgets all copies of a data set: its KV is archived.
    func removeAll(of set: DataSetName) async throws {
        try await database.write("DELETE FROM cutover_copies WHERE data_set = \(set.phased.rawValue)")
    }
}
