import Kernel
import Postgres

/// Addresses of people who want to be told.
protocol WaitlistStore: Sendable {
    /// Puts an address on the list, unless it is there.
    ///
    /// - Parameter handle: who asks, when they are signed in.
    /// - Returns: a number in the order of asking, a new one each time, so that it does not tell whether the address
    ///   was there.
    func join(
        _ email: EmailAddress,
        source: String?,
        referrer: String?,
        handle: String?,
        at time: PostgresTimestamp,
        through writer: any RequestWriter
    ) async throws -> Int

    /// How often somebody asked.
    func asked() async throws -> Int
}

/// The waitlist in Postgres.
struct PostgresWaitlistStore: WaitlistStore {
    let database: PostgresClient

    func join(
        _ email: EmailAddress,
        source: String?,
        referrer: String?,
        handle: String?,
        at time: PostgresTimestamp,
        through writer: any RequestWriter
    ) async throws -> Int {
        let results = try await writer.write([
            """
            WITH turn AS MATERIALIZED (
                SELECT nextval('waitlist_position_seq') AS position
            ), joined AS (
                INSERT INTO waitlist (email, position, source, referrer, handle, joined_at)
                SELECT \(email.text), position, \(source), \(referrer), \(handle), \(time)
                FROM turn
                ON CONFLICT (email) DO NOTHING
            )
            SELECT position FROM turn
            """
        ])
        return Int(results[0].first?.int64(0) ?? 0)
    }

    func asked() async throws -> Int {
        let rows = try await database.read(
            "SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM waitlist_position_seq"
        )
        return Int(rows.first?.int64(0) ?? 0)
    }

    func forget(joinedBefore time: PostgresTimestamp) async throws {
        _ = try await database.write("DELETE FROM waitlist WHERE joined_at < \(time)")
    }

    func addresses(of handle: String) async throws -> [String] {
        try await database.read("SELECT email FROM waitlist WHERE handle = \(handle) ORDER BY position")
            .map { $0.string(0) }
    }

    func erase(_ handle: String, in transaction: PostgresTransaction) async throws {
        _ = try await transaction.query("DELETE FROM waitlist WHERE handle = \(handle)")
    }
}
