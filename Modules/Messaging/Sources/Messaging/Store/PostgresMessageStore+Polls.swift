import Kernel
import Postgres

extension PostgresMessageStore {
    /// How far the position stays behind the clock, in microseconds: longer than any write may take (its deadline is
    /// a few seconds) and clocks of instances may differ.
    private static let overlap: Int64 = 60_000_000

    func recordPoll(
        of owner: String,
        session: String,
        returned: [(id: String, at: PostgresTimestamp)],
        now: PostgresTimestamp,
        through writer: any RequestWriter
    ) async throws {
        let cutoff = PostgresTimestamp(microseconds: now.microseconds - Self.overlap)
        // Old messages need no memory of their own: the position passes them.
        let passed = returned.last { $0.at <= cutoff }?.at ?? .negativeInfinity
        let recent = returned.filter { $0.at > cutoff }
        _ = try await writer.write([
            """
            INSERT INTO message_polls AS poll (session_id, owner, position, recent_ids, recent_at, polled_at)
            VALUES (\(session), \(owner), \(passed), \(recent.map(\.id)), \(recent.map(\.at)), \(now))
            ON CONFLICT (session_id) DO UPDATE SET (position, recent_ids, recent_at, polled_at) = (
                SELECT
                    GREATEST(poll.position, EXCLUDED.position, max(at) FILTER (WHERE at <= \(cutoff))),
                    COALESCE(array_agg(id) FILTER (WHERE at > \(cutoff)), '{}'),
                    COALESCE(array_agg(at) FILTER (WHERE at > \(cutoff)), '{}'),
                    EXCLUDED.polled_at
                FROM unnest(poll.recent_ids || EXCLUDED.recent_ids, poll.recent_at || EXCLUDED.recent_at)
                    AS returned (id, at)
            )
            """
        ])
    }

    func forgetPolls(before time: PostgresTimestamp) async throws {
        try await database.write("DELETE FROM message_polls WHERE polled_at < \(time)")
    }
}
