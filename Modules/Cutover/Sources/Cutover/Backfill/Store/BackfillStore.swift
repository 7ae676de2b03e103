import Postgres

/// How far a backfill is, and what waits to be merged.
struct BackfillStore: Sendable {
    let database: PostgresClient
    /// Which data sets go together: their positions are no others'.
    let run: String

    /// The place to go on from; `nil` at the beginning.
    func position(of step: String) async throws -> (position: String, isDone: Bool)? {
        let rows = try await database.read(
            "SELECT position, is_done FROM backfill_positions WHERE run = \(run) AND step = \(step)"
        )
        return rows.first.map { ($0.string(0), $0.bool(1)) }
    }

    func positionStatement(of step: String, at position: String, isDone: Bool) -> PostgresQuery {
        """
        INSERT INTO backfill_positions (run, step, position, is_done)
        VALUES (\(run), \(step), \(position), \(isDone))
        ON CONFLICT (run, step) DO UPDATE SET position = EXCLUDED.position, is_done = EXCLUDED.is_done
        """
    }

    /// Keeps what one page of the old store held, and the place behind it, in one transaction.
    func stage(
        _ batches: [(set: DataSetName, batch: RecordBatch)],
        counting keys: [KeyCount],
        step: String,
        position: String,
        isDone: Bool
    ) async throws {
        try await database.withConnection { connection in
            try await connection.transaction { transaction in
                if batches.contains(where: { !$0.batch.records.isEmpty }) {
                    try await connection.copyIn(
                        "COPY backfill_staging (data_set, entity, kind, source, place, value, note) FROM STDIN"
                    ) { writer in
                        for (set, batch) in batches {
                            for record in batch.records {
                                try await writer.write(row: [
                                    set.rawValue, record.entity, record.kind, Self.hexadecimal(record.source),
                                    String(record.place), Self.hexadecimal(record.value), record.note,
                                ])
                            }
                        }
                    }
                }
                for (set, batch) in batches where !batch.findings.isEmpty {
                    try await transaction.query(FindingStatements.insertion(of: batch.findings, in: set))
                }
                let records = batches.map {
                    KeyCount(set: $0.set, what: "records", pattern: "", total: $0.batch.records.count)
                }
                for count in keys + records where count.total > 0 {
                    try await transaction.query(statement(adding: count))
                }
                try await transaction.query(positionStatement(of: step, at: position, isDone: isDone))
            }
        }
    }

    func statement(adding count: KeyCount) -> PostgresQuery {
        """
        INSERT INTO backfill_counts AS c (run, data_set, what, pattern, total)
        VALUES (\(run), \(count.set.rawValue), \(count.what), \(count.pattern), \(Int64(count.total)))
        ON CONFLICT (run, data_set, what, pattern) DO UPDATE SET total = c.total + EXCLUDED.total
        """
    }

    /// The next entities after `last`, each with all its copies in an order that depends on them alone.
    func entities(of set: DataSetName, after last: String, limit: Int) async throws -> [[StagedRecord]] {
        let rows = try await database.read(
            """
            SELECT entity, kind, source, place, value, note
            FROM backfill_staging
            WHERE data_set = \(set.rawValue) AND entity > \(last) AND entity <= (
                SELECT max(entity)
                FROM (
                    SELECT DISTINCT entity
                    FROM backfill_staging
                    WHERE data_set = \(set.rawValue) AND entity > \(last)
                    ORDER BY entity
                    LIMIT \(limit)
                ) AS page
            )
            ORDER BY entity, kind, source, place
            """
        )
        var entities: [[StagedRecord]] = []
        for row in rows {
            let record = StagedRecord(
                entity: row.string(0),
                kind: row.string(1),
                source: try row.decode([UInt8].self, 2),
                place: Int(try row.decode(Int32.self, 3)),
                value: try row.decode([UInt8].self, 4),
                note: try row.decode(String?.self, 5)
            )
            if entities.last?.first?.entity == record.entity {
                entities[entities.count - 1].append(record)
            } else {
                entities.append([record])
            }
        }
        return entities
    }

    /// The sums of this run, and everything found so far in these data sets.
    func report(of sets: [DataSetName]) async throws -> BackfillReport {
        let counts = try await database.read(
            "SELECT data_set, what, pattern, total FROM backfill_counts WHERE run = \(run) ORDER BY data_set, what, pattern"
        )
        let findings = try await database.read(FindingStatements.summary(of: sets))
        return BackfillReport(
            counts: counts.map {
                .init(set: $0.string(0), what: $0.string(1), pattern: $0.string(2), total: Int($0.int64(3)))
            },
            findings: findings.map {
                .init(set: $0.string(0), outcome: $0.string(1), reason: $0.string(2), total: Int($0.int64(3)))
            }
        )
    }

    /// Forgets the run: the next one reads the old store anew.
    func forget(_ sets: [DataSetName]) async throws {
        _ = try await database.write([
            "DELETE FROM backfill_staging WHERE data_set = ANY (\(sets.map(\.rawValue)))",
            "DELETE FROM backfill_positions WHERE run = \(run)",
            "DELETE FROM backfill_counts WHERE run = \(run)",
        ])
    }

    private static func hexadecimal(_ bytes: [UInt8]) -> String {
        let digits = Array("0123456789abcdef".utf8)
        var text = Array("\\x".utf8)
        text.reserveCapacity(2 + bytes.count * 2)
        for byte in bytes {
            text.append(digits[Int(byte >> 4)])
            text.append(digits[Int(byte & 15)])
        }
        return String(decoding: text, as: UTF8.self)
    }
}

/// A number for the report.
struct KeyCount: Sendable {
    let set: DataSetName
    let what: String
    let pattern: String
    let total: Int
}
