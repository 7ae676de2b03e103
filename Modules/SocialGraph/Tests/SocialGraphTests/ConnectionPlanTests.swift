import KernelTesting
import Postgres
import Testing

@testable import SocialGraph

/// What the planner does with every hot statement on 200,000 and more analysed rows, its switches untouched.
@Suite("Plans of connections")
struct ConnectionPlanTests {
    @Test("No hot statement scans a table, and none costs more than the rows it returns")
    func plans() async throws {
        try await withSocialDatabase([StandInIdentity(), SocialGraphModule()]) { database in
            try await fill(database.client)
            for (name, query) in statements {
                for mode in ["force_custom_plan", "force_generic_plan"] {
                    let plan = try await explain(query, mode, on: database.client)
                    #expect(!plan.contains("Seq Scan"), "\(name), \(mode):\n\(plan)")
                    // 101 rows and what surrounds them, in pages touched; a scan would be thousands.
                    #expect(pages(plan) < 1_000, "\(name), \(mode):\n\(plan)")
                }
            }
        }
    }

    private var statements: [(String, PostgresQuery)] {
        let now = PostgresTimestamp(microseconds: 1_767_888_000_000_000)
        let middle = ListPosition(time: PostgresTimestamp(microseconds: now.microseconds - 10_000_000_000), name: "p")
        let pair = OrderedPair(from: "p7", to: "big")
        return [
            ("contact", PostgresConsentStore.contact(pair, at: now)),
            ("pair", PostgresConsentStore.reading(pair)),
            ("hidden", PostgresConsentStore.hidden(from: "p7")),
            ("hidden, busy", PostgresConsentStore.hidden(from: "big")),
            ("requests", PostgresConsentStore.requests(to: "big", before: .start, limit: 101)),
            ("requests, older", PostgresConsentStore.requests(to: "big", before: middle, limit: 101)),
            ("blocked", PostgresConsentStore.blocked(by: "big", before: .start, limit: 101)),
            ("changes", PostgresConsentStore.changes(since: 1_000_000_000)),
            ("followers", PostgresFollowStore.followers(of: "big", before: .start, limit: 101)),
            ("followers, older", PostgresFollowStore.followers(of: "big", before: middle, limit: 101)),
            ("following", PostgresFollowStore.following(of: "p7", before: .start, limit: 101)),
            ("counts", PostgresFollowStore.counts(of: "big")),
            ("friends", PostgresFriendStore.friends(of: "big", before: middle, limit: 101)),
            ("friend requests", PostgresFriendStore.requests(to: "big", before: .start, limit: 101)),
            ("mutes", PostgresMuteStore.mutes(of: "big", before: .start, limit: 101)),
        ]
    }

    /// One busy person with 100,000 ties of each kind, 100,000 ties among others, 2,000 of the busy one's blocked.
    private func fill(_ client: PostgresClient) async throws {
        try await client.withConnection { connection in
            _ = try await connection.simple(
                """
                INSERT INTO handles (handle, shown) SELECT name, name
                FROM (SELECT 'p' || n AS name FROM generate_series(1, 100000) AS n UNION ALL SELECT 'big') AS names;
                ALTER TABLE user_connections DISABLE TRIGGER USER;
                INSERT INTO user_connections (from_user, to_user, status, created_at, writer)
                SELECT 'p' || n, 'big',
                    CASE WHEN n % 50 = 0 THEN 'blocked' WHEN n % 2 = 0 THEN 'pending' ELSE 'accepted' END,
                    timestamptz '2026-01-08 16:00+00' - n * interval '1 second', n
                FROM generate_series(1, 100000) AS n;
                INSERT INTO user_connections (from_user, to_user, status, created_at, writer)
                SELECT 'p' || n, 'p' || (1 + (n * 7) % 100000), 'accepted', '2026-01-01', n
                FROM generate_series(1, 100000) AS n
                ON CONFLICT DO NOTHING;
                INSERT INTO follows (follower, following, created_at)
                SELECT 'p' || n, 'big', timestamptz '2026-01-08 16:00+00' - n * interval '1 second'
                FROM generate_series(1, 100000) AS n;
                INSERT INTO follows (follower, following, created_at)
                SELECT 'p' || n, 'p' || (1 + n % 100000), '2026-01-01'
                FROM generate_series(1, 100000) AS n;
                INSERT INTO friends (owner, friend, created_at)
                SELECT 'big', 'p' || n, timestamptz '2026-01-08 16:00+00' - n * interval '1 second'
                FROM generate_series(1, 100000) AS n;
                INSERT INTO friends (owner, friend, created_at)
                SELECT friend, owner, created_at FROM friends;
                INSERT INTO friend_requests (from_user, to_user)
                SELECT follower, following FROM follows;
                INSERT INTO mutes (owner, muted) SELECT following, follower FROM follows;
                INSERT INTO social_counts (handle) SELECT handle FROM handles
                """
            )
            // As autovacuum does it: marks pages as visible to all, so that indexes alone answer.
            _ = try await connection.simple("VACUUM ANALYZE")
        }
    }

    private func explain(_ query: PostgresQuery, _ mode: String, on client: PostgresClient) async throws -> String {
        try await client.withConnection { connection in
            _ = try await connection.simple("SET plan_cache_mode = \(mode)")
            let rows = try await connection.query(
                PostgresQuery(sql: "EXPLAIN (ANALYZE, BUFFERS, COSTS OFF, TIMING OFF) " + query.sql, binds: query.binds)
            )
            return rows.map { $0.string(0) }.joined(separator: "\n")
        }
    }

    /// Pages that the whole statement touched: the figures of the plan's first line.
    private func pages(_ plan: String) -> Int {
        guard let line = plan.split(separator: "\n").first(where: { $0.contains("Buffers:") }) else { return .max }
        return line.split(separator: " ").filter { $0.hasPrefix("hit=") || $0.hasPrefix("read=") }
            .compactMap { Int($0.split(separator: "=")[1]) }.reduce(0, +)
    }
}
