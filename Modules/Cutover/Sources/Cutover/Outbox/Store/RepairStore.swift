import Postgres

/// The writes of unknown outcome, as Postgres keeps them for operators and gates.
struct RepairStore: Sendable {
    let database: PostgresClient

    func note(_ entity: EntityName, error: String) async throws {
        try await database.write(
            """
            INSERT INTO cutover_repairs AS repair (data_set, kind, key, error)
            VALUES (\(entity.set.rawValue), \(entity.kind), \(entity.key), \(error))
            ON CONFLICT (data_set, kind, key) DO UPDATE
            SET attempts = repair.attempts + 1, error = excluded.error
            """
        )
    }

    func remove(_ entity: EntityName, in transaction: PostgresTransaction) async throws {
        _ = try await transaction.query(
            """
            DELETE FROM cutover_repairs
            WHERE data_set = \(entity.set.rawValue) AND kind = \(entity.kind) AND key = \(entity.key)
            """
        )
    }

    func waiting(in set: DataSetName) async throws -> [EntityName] {
        try await database.read(
            "SELECT kind, key FROM cutover_repairs WHERE data_set = \(set.rawValue) ORDER BY noted_at LIMIT 1000"
        ).map { EntityName(set, kind: try $0.decode(String.self, 0), key: try $0.decode(String.self, 1)) }
    }

    /// How many repairs and copies wait, by data set.
    func figures() async throws -> [(set: DataSetName, repairs: Int, copies: Int)] {
        try await database.read(
            """
            SELECT data_set,
                (SELECT count(*) FROM cutover_repairs AS repair WHERE repair.data_set = phases.data_set),
                (SELECT count(*) FROM cutover_copies AS copies WHERE copies.data_set = phases.data_set)
            FROM cutover_phases AS phases
            """
        ).compactMap { row in
            guard let set = DataSetName(rawValue: try row.decode(String.self, 0)) else { return nil }
            return (set, Int(row.int64(1)), Int(row.int64(2)))
        }
    }
}
