import Postgres

/// The statements of the dispatcher on its table.
struct Outbox: Sendable {
    private let handlers: [(name: String, version: Int)]

    init(handlers: [EventHandler]) {
        self.handlers = handlers.map { ($0.name, $0.version) }
    }

    /// Whether nothing is ever claimed.
    var isIdle: Bool { handlers.isEmpty }

    /// A row claimed for delivery.
    struct Event: Sendable {
        let id: Int64
        let handler: String
        let payload: [UInt8]
        let traceparent: String?
        /// Attempts that failed so far.
        let attempts: Int
    }

    /// Locks due rows of this instance's handlers until the transaction ends.
    ///
    /// Handlers are asked in a random order, so that a flood of events for one leaves room for the others. The
    /// transaction commits without waiting for the disk: a crash that loses its effects loses the deletion of the rows
    /// with them, and the events are delivered again.
    func claim(_ limit: Int, in transaction: PostgresTransaction) async throws -> [Event] {
        let handlers = handlers.shuffled()
        let rows = try await transaction.query([
            "SELECT set_config('synchronous_commit', 'off', true)",
            """
            SELECT due.id, due.handler, due.payload, due.traceparent, due.attempts
            FROM unnest(\(handlers.map(\.name)), \(handlers.map { Int64($0.version) })) AS mine (handler, version)
            CROSS JOIN LATERAL (
                SELECT id, handler, payload, traceparent, attempts
                FROM outbox
                WHERE outbox.handler = mine.handler
                    AND outbox.version <= mine.version
                    AND dead_at IS NULL
                    AND next_at <= now()
                ORDER BY next_at
                LIMIT \(limit)
                FOR UPDATE SKIP LOCKED
            ) AS due
            LIMIT \(limit)
            """,
        ])
        return try rows[1].map { row in
            Event(
                id: row.int64(0),
                handler: row.string(1),
                payload: row.withBytes(2) { Array($0) },
                traceparent: try row.decode(String?.self, 3),
                attempts: Int(row.int64(4))
            )
        }
    }

    static func delete(_ ids: [Int64]) -> PostgresQuery {
        "DELETE FROM outbox WHERE id = ANY(\(ids))"
    }

    /// Records a failed attempt.
    ///
    /// - Parameter delay: until the next; `nil` after the last, which makes the row a dead letter.
    static func fail(_ id: Int64, cause: String, delay: Duration?) -> PostgresQuery {
        guard let delay else {
            return """
                UPDATE outbox
                SET attempts = attempts + 1, last_error = \(cause), dead_at = clock_timestamp()
                WHERE id = \(id)
                """
        }
        return """
            UPDATE outbox
            SET attempts = attempts + 1,
                last_error = \(cause),
                next_at = clock_timestamp() + \(Double(delay.microseconds)) * interval '1 microsecond'
            WHERE id = \(id)
            """
    }

    /// Rows that wait, the age of the oldest due one in seconds, and dead letters.
    static let figures: PostgresQuery = """
        SELECT
            count(*) FILTER (WHERE dead_at IS NULL),
            coalesce(extract(epoch FROM now() - min(created_at) FILTER (WHERE dead_at IS NULL)), 0)::float8,
            count(*) FILTER (WHERE dead_at IS NOT NULL)
        FROM outbox
        """
}
