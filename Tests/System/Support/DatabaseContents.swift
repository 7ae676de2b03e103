import KernelTesting
import Postgres

/// What a database holds, row by row, apart from what the service keeps for itself: a request that is refused must
/// leave it as it was.
struct DatabaseContents: Equatable, Sendable {
    /// A digest of all rows, by table.
    let digests: [String: String]

    /// Counters, leases and caches that change with time, not with what was asked.
    private static let own: Set<String> = [
        "job_leases", "rate_limit_usage", "rate_limit_windows", "outbox", "presence", "presence_days", "typing",
        "identity_changes", "sessions", "idempotency_keys", "activity_inbox", "active_days", "daily_activity",
        "streaks", "activity_totals", "achievements", "leaderboard_scores", "leaderboard_counts", "message_search",
        "message_search_progress", "discovery_people", "discovery_progress", "person_interests",
    ]

    init(of database: PostgresClient) async throws {
        let tables = try await database.read(
            "SELECT tablename::text FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename"
        ).map { $0.string(0) }
        var digests: [String: String] = [:]
        for table in tables where !DatabaseContents.own.contains(table) {
            let rows = try await database.read(
                """
                SELECT coalesce(md5(string_agg(line, ';' ORDER BY line)), 'empty')
                FROM (SELECT content::text AS line FROM \(unescaped: table) AS content) AS lines
                """
            )
            digests[table] = rows[0].string(0)
        }
        self.digests = digests
    }

    /// The tables whose rows differ.
    func differences(from other: DatabaseContents) -> [String] {
        Set(digests.keys).union(other.digests.keys).filter { digests[$0] != other.digests[$0] }.sorted()
    }
}
