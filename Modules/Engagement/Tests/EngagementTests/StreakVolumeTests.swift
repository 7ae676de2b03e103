import JSONText
import KernelTesting
import Postgres
import Testing

@testable import Engagement

/// What the planner does with every hot statement on 210,000 people, its switches untouched.
@Suite("Volume of activity", .serialized)
struct StreakVolumeTests {
    @Test("No hot statement scans a table, and none costs more than the rows it returns")
    func plans() async throws {
        try await withTestDatabase(modules: engagementModules()) { database in
            try await fill(database.client)
            for (name, limit, query) in hotStatements {
                for mode in ["force_custom_plan", "force_generic_plan"] {
                    let plan = try await explain(query, mode, on: database.client)
                    #expect(!plan.contains("Seq Scan on"), "\(name), \(mode):\n\(plan)")
                    #expect(pages(plan) < limit, "\(name), \(mode): \(pages(plan)) pages\n\(plan)")
                }
            }
            // Everybody who is above is counted.
            let store = LeaderboardStore(database: database.client)
            let standing = try await store.standing(of: "p7", .activity, .all)
            let above = try await database.client.read(
                """
                SELECT count(*) FROM leaderboard_scores
                WHERE board = 'activity' AND period = 'all'
                    AND score > (SELECT score FROM leaderboard_scores
                        WHERE handle = 'p7' AND board = 'activity' AND period = 'all')
                """
            )[0].int64(0)
            #expect(standing?.rank == Int(above) + 1)
        }
    }

    private var hotStatements: [(String, Int, PostgresQuery)] {
        let today = PostgresDate(utc: ManualClock().now)
        let place = BoardPlace(score: 20_000, handle: "p5000")
        let key = ScoreKey(handle: "p7", board: .activity, period: .all)
        // The score that `fill` gives this person.
        let ledger = ScoreLedger([key: .add(70_000)], old: [key: 1 + 7 * 7_919])
        return [
            ("top", 300, LeaderboardQueries.top(.streaks, .all, after: nil, limit: 100)),
            ("top, deep", 300, LeaderboardQueries.top(.activity, .all, after: place, limit: 100)),
            ("above", 60, LeaderboardQueries.people(above: 20_000, .activity, .all)),
            ("own rank", 60, LeaderboardQueries.standing(of: "p7", .activity, .all)),
            ("own rank on a flat board", 60, LeaderboardQueries.standing(of: "p7", .streaks, .all)),
            ("people on a board", 30, LeaderboardQueries.people(on: .activity, .all)),
            ("scores", 60, LeaderboardQueries.scores([key])),
            ("streak", 60, StreakQueries.streak(of: "p7")),
            ("streaks", 600, StreakQueries.streaks(of: (1...100).map { "p\($0)" })),
            ("calendar", 60, StreakQueries.days(of: "p7", from: today.adding(-365), through: today)),
            ("recent days", 60, StreakQueries.recentDays(of: "p7", limit: 30)),
            ("is active", 30, StreakQueries.isActive("p7", on: today)),
            ("achievements", 30, AchievementQueries.held(by: ["p7"])),
            ("totals", 600, AchievementQueries.totals(of: (1...100).map { "p\($0)" })),
            ("work", 30, ActivityInbox.hasWork(at: ManualClock().now)),
            ("expired", 9_000, StreakQueries.expired(at: ManualClock().now, limit: 1_000)),
            ("claim", 30_000, ActivityInbox.claim(1_000)),
        ] + LeaderboardQueries.store(ledger).map { ("store scores", 120, $0) }
    }

    /// 210,000 people with streaks and scores, twice as many active days, 5,000 facts that wait. Without the checks of
    /// foreign keys, which would take longer than everything else.
    private func fill(_ client: PostgresClient) async throws {
        try await client.withConnection { connection in
            _ = try await connection.simple(
                """
                SET session_replication_role = replica;
                INSERT INTO handles (handle, shown) SELECT 'p' || n, 'p' || n FROM generate_series(1, 210000) AS n;
                INSERT INTO active_days (handle, day, messages)
                SELECT 'p' || n, date '2026-01-08' - d, 1
                FROM generate_series(1, 210000) AS n, generate_series(0, 1) AS d;
                INSERT INTO streaks (username, current_streak, longest_streak, total_days, last_active, expires_at)
                SELECT 'p' || n, 2, 2, 2, '2026-01-08', timestamptz '2026-01-08 15:00Z' + n * interval '1 second'
                FROM generate_series(1, 210000) AS n;
                INSERT INTO activity_totals (handle, messages) SELECT 'p' || n, 2 FROM generate_series(1, 210000) AS n;
                INSERT INTO achievements (handle, achievement, earned_at)
                SELECT 'p' || n, 'first_day', '2026-01-08' FROM generate_series(1, 210000) AS n;
                INSERT INTO leaderboard_scores (handle, board, period, score)
                SELECT 'p' || n, 'streaks', 'all', 1 + n % 100 FROM generate_series(1, 210000) AS n;
                INSERT INTO leaderboard_scores (handle, board, period, score)
                SELECT 'p' || n, 'activity', 'all', 1 + (n::bigint * 7919) % 900000
                FROM generate_series(1, 210000) AS n;
                INSERT INTO leaderboard_counts (board, period, level, bucket, people)
                SELECT board, period, level, score >> (8 * level), count(*)
                FROM leaderboard_scores, generate_series(0, 2) AS level
                GROUP BY 1, 2, 3, 4;
                INSERT INTO activity_inbox (handle, kind, day)
                SELECT 'p' || n, 'message', '2026-01-08' FROM generate_series(1, 5000) AS n;
                ANALYZE
                """
            )
        }
    }

    private func explain(_ query: PostgresQuery, _ mode: String, on client: PostgresClient) async throws -> String {
        try await client.withConnection { connection in
            _ = try await connection.simple("SET plan_cache_mode = \(mode)")
            try await connection.query("BEGIN")
            let rows = try await connection.query(
                PostgresQuery(sql: "EXPLAIN (ANALYZE, BUFFERS, COSTS OFF, TIMING OFF) " + query.sql, binds: query.binds)
            )
            let plan = rows.map { $0.string(0) }.joined(separator: "\n")
            try await connection.query("ROLLBACK")
            return plan
        }
    }

    /// Pages that the whole statement touched: the figures of the plan's first line.
    private func pages(_ plan: String) -> Int {
        guard let line = plan.split(separator: "\n").first(where: { $0.contains("Buffers:") }) else { return .max }
        return line.split(separator: " ").filter { $0.hasPrefix("hit=") || $0.hasPrefix("read=") }
            .compactMap { Int($0.split(separator: "=")[1]) }.reduce(0, +)
    }
}
