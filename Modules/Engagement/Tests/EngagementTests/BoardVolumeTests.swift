import JSONText
import KernelTesting
import Postgres
import Testing

@testable import Engagement

/// What the planner does with every hot statement of the board and the invites on 200,000 analysed posts, its
/// switches untouched.
@Suite("Board volume", .serialized)
struct BoardVolumeTests {
    @Test("No hot statement scans a table, and none costs more than the rows it returns")
    func plans() async throws {
        try await withTestDatabase(modules: [StandInIdentity(people), StandIns(), EngagementModule()]) { database in
            try await fill(database.client)
            for (name, query) in hotStatements {
                for mode in ["force_custom_plan", "force_generic_plan"] {
                    let plan = try await explain(query, mode, on: database.client)
                    #expect(!plan.contains("Seq Scan"), "\(name), \(mode):\n\(plan)")
                    // 51 rows, each with a look into another table, in pages touched; a scan would be thousands.
                    #expect(pages(plan) < 700, "\(name), \(mode):\n\(plan)")
                }
            }
        }
    }

    private var hotStatements: [(String, PostgresQuery)] {
        let now = PostgresTimestamp(microseconds: 1_767_888_000_000_000)
        let middle = ListPosition(time: now.adding(days: -1), id: "e5")
        let filters: [(String, BoardFilter)] = [
            ("all", BoardFilter()),
            ("all, blocks", BoardFilter(hiding: ["p1", "p2"])),
            ("category", BoardFilter(category: "shipped")),
            ("rare category", BoardFilter(category: "rare")),
            ("absent category", BoardFilter(category: "absent")),
            ("tag of everybody", BoardFilter(tag: "common")),
            ("rare tag", BoardFilter(tag: "rare")),
            ("tag and category", BoardFilter(category: "shipped", tag: "common")),
            ("tag and rare category", BoardFilter(category: "rare", tag: "common")),
            ("author", BoardFilter(author: "p7")),
            ("busy author", BoardFilter(author: "busy")),
            ("bygone author", BoardFilter(author: "bygone")),
            ("bygone category", BoardFilter(category: "bygone")),
        ]
        let lists = filters.flatMap { name, filter in
            [("first", ListPosition.newest), ("later", middle)].map { place, before in
                ("\(name), \(place)", BoardQueries.entries(filter, before: before, limit: 51))
            }
        }
        let entry = BoardEntry(
            id: "new",
            author: "p1",
            content: "x",
            category: "shipped",
            tags: ["common", "new"],
            createdAt: now,
            isVerified: true
        )
        return lists + [
            ("entry", BoardQueries.entry("e77")),
            ("own", BoardQueries.own(of: "busy", limit: 5)),
            ("figures", BoardQueries.figures(of: "p7")),
            ("comments", BoardQueries.comments(of: "e1", hiding: [], after: .oldest, limit: 51)),
            ("used invites", PostgresInviteStore.used(of: "busy", before: .newest, limit: 51)),
        ] + PostgresBoardStore.insertion(of: entry).prefix(1).map { ("insertion", $0) }
    }

    /// 200,000 posts of 2,000 people, every tenth one under the same name; a category and an author that went out of
    /// use; a tag that half of the posts have; 20,000 comments on one.
    private func fill(_ client: PostgresClient) async throws {
        try await client.withConnection { connection in
            _ = try await connection.simple(
                """
                INSERT INTO handles (handle, shown) SELECT name, name
                FROM (SELECT 'p' || n AS name FROM generate_series(1, 2000) AS n
                    UNION ALL VALUES ('busy'), ('bygone')) AS names;
                INSERT INTO board_entries (id, author, content, category, tags, created_at, verified)
                SELECT 'e' || n,
                    CASE
                        WHEN n % 10 = 0 THEN 'busy'
                        WHEN n > 100000 AND n % 2 = 0 THEN 'bygone'
                        ELSE 'p' || (1 + n % 2000)
                    END,
                    repeat('x', 200),
                    CASE
                        WHEN n % 40000 = 0 THEN 'rare'
                        WHEN n > 100000 AND n % 2 = 0 THEN 'bygone'
                        WHEN n % 3 = 0 THEN 'shipped'
                        ELSE 'idea'
                    END,
                    ARRAY[CASE WHEN n % 2 = 0 THEN 'common' ELSE 't' || n % 500 END],
                    timestamptz '2026-01-08 16:00+00' - n * interval '1 second',
                    -- Of the busy name, nearly everything was written by others.
                    n % 10 <> 0 OR n % 20000 = 0
                FROM generate_series(1, 200000) AS n;
                UPDATE board_entries SET tags = array_append(tags, 'rare') WHERE id IN ('e5', 'e150000');
                INSERT INTO board_tags (entry_id, tag, category, created_at)
                SELECT id, tag, category, created_at FROM board_entries, unnest(tags) AS tag;
                INSERT INTO board_comments (id, entry_id, author, content, created_at)
                SELECT 'c' || n, 'e1', 'p' || (1 + n % 2000), 'x',
                    timestamptz '2026-01-08 16:00+00' + n * interval '1 second'
                FROM generate_series(1, 20000) AS n;
                INSERT INTO board_authors (author, posts, ships)
                SELECT handle, 10, 5 FROM handles WHERE handle ~ '^p[0-9]';
                INSERT INTO invites (code, created_by, used_by, used_at, expires_at)
                SELECT 'VIBE-' || n, CASE WHEN n % 2 = 0 THEN 'busy' ELSE 'p' || (1 + n % 2000) END, 'p1',
                    timestamptz '2026-01-08 16:00+00' - n * interval '1 second', '2026-02-01'
                FROM generate_series(1, 20000) AS n;
                """
            )
            _ = try await connection.simple("VACUUM ANALYZE")
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
