import Kernel
import Postgres

/// How often each step of the way in happened.
protocol FunnelStore: Sendable {
    /// Counts a step.
    ///
    /// - Parameter handle: who took it, the folded handle of somebody who exists; `nil` when nobody knows.
    func count(
        _ event: FunnelEvent,
        by handle: String?,
        at time: PostgresTimestamp,
        through writer: any RequestWriter
    ) async throws

    /// How often each step happened on the day (UTC) of this time; those that did not are left out.
    func day(of time: PostgresTimestamp) async throws -> [(event: String, times: Int)]
}

/// The funnel in Postgres.
struct PostgresFunnelStore: FunnelStore {
    let database: PostgresClient

    /// Rows over which a day's count of an event is spread.
    private static let shards: Int16 = 16

    func count(
        _ event: FunnelEvent,
        by handle: String?,
        at time: PostgresTimestamp,
        through writer: any RequestWriter
    ) async throws {
        let shard = Int16.random(in: 0..<Self.shards)
        var batch: [PostgresQuery] = [
            """
            INSERT INTO funnel_counts AS counted (day, event, shard, total)
            VALUES ((\(time)::timestamptz AT TIME ZONE 'UTC')::date, \(event.rawValue), \(shard), 1)
            ON CONFLICT (day, event, shard) DO UPDATE SET total = counted.total + 1
            """
        ]
        if let handle {
            batch.append(
                """
                INSERT INTO funnel_people (handle, event, first_at)
                SELECT handle, \(event.rawValue), \(time) FROM handles WHERE handle = \(handle)
                ON CONFLICT (handle, event) DO NOTHING
                """
            )
        }
        _ = try await writer.write(batch)
    }

    func day(of time: PostgresTimestamp) async throws -> [(event: String, times: Int)] {
        try await database.read(
            """
            SELECT event, sum(total)::bigint
            FROM funnel_counts
            WHERE day = (\(time)::timestamptz AT TIME ZONE 'UTC')::date
            GROUP BY event
            ORDER BY event
            """
        ).map { ($0.string(0), Int($0.int64(1))) }
    }

    func steps(of handle: String) async throws -> [(event: String, firstAt: PostgresTimestamp)] {
        try await database.read(
            "SELECT event, first_at FROM funnel_people WHERE handle = \(handle) ORDER BY first_at, event"
        ).map { ($0.string(0), $0.timestamp(1)) }
    }

    func erase(_ handle: String, in transaction: PostgresTransaction) async throws {
        _ = try await transaction.query("DELETE FROM funnel_people WHERE handle = \(handle)")
    }
}
