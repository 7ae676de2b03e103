import Contracts
import Kernel
import KernelTesting
import Postgres
import Testing

@testable import SocialGraph

/// What the planner does with every hot statement of discovery on 200,000 analysed people, its switches untouched.
@Suite("Discovery's volume", .serialized)
struct DiscoveryPlanTests {
    @Test("No hot statement scans a table, and none costs more than its bounds")
    func plans() async throws {
        let modules: [any FeatureModule] = [StandInIdentity([]), StandInPeople([]), SocialGraphModule()]
        try await withTestDatabase(modules: modules) { database in
            try await fill(database.client)
            for (name, most, query) in statements {
                for mode in ["force_custom_plan", "force_generic_plan"] {
                    let plan = try await explain(query, mode, on: database.client)
                    #expect(!plan.contains("Seq Scan"), "\(name), \(mode):\n\(plan)")
                    #expect(pages(plan) < most, "\(name), \(mode):\n\(plan)")
                }
            }
        }
    }

    /// Name, the pages that it may touch, and the statement. Every third person likes `popular`, one in 20,000 `rare`.
    private var statements: [(String, Int, PostgresQuery)] {
        let now = PostgresTimestamp(microseconds: 1_767_888_000_000_000)
        let start = ListPosition.start
        let middle = ListPosition(
            time: PostgresTimestamp(microseconds: now.microseconds - 100_000 * 60_000_000),
            name: "p100000"
        )
        let everybody = ExploreScope(
            visibilities: [.everybody, .members],
            hiding: ["p3", "p4"],
            activeSince: .negativeInfinity
        )
        let recent = ExploreScope(visibilities: [.everybody], hiding: [], activeSince: middle.time)
        let viewer = Facets(
            handle: "p1",
            interests: ["popular", "rare", "interest3", "interest4", "interest5", "backend"],
            building: "popular engines with gearbox",
            hours: ActiveHours(bits: 0b111),
            registeredAt: now,
            lastActiveAt: now
        )
        let popular = SearchExpression(words: [], lexemes: ["#popular"])
        let rare = SearchExpression(words: [["engines"]], lexemes: ["#rare", "kind:human"])
        let entry = PublicProfile(
            person: Person(handle: "p7", shown: "p7", kind: .human),
            building: "gearbox",
            registeredAt: now,
            lastActiveAt: now,
            genesisNumber: nil
        )
        var statements: [(String, Int, PostgresQuery)] = [
            ("candidates", 9_000, PostgresSuggestionStore.candidates(for: viewer, kinds: [.human])),
            (
                "suggestible", 12_000,
                PostgresSuggestionStore.suggestible((0..<400).map { "p\($0 * 100)" }, to: "p1")
            ),
            ("facets", 20, PostgresSuggestionStore.facets(of: ["p1"])),
            ("dismissed topics", 200, PostgresSuggestionStore.dismissedTopics(of: "p1", since: now)),
            ("introduction", 20, PostgresSuggestionStore.introduction(of: "p1", on: "2026-01-08")),
            ("everybody", 200, PostgresExploreStore.everybody(in: everybody, after: start, limit: 21)),
            ("everybody, later", 200, PostgresExploreStore.everybody(in: recent, after: middle, limit: 21)),
            ("by name", 800, PostgresExploreStore.named("p1", matching: popular, in: everybody, limit: 5)),
            ("by name, unfiltered", 800, PostgresExploreStore.named("p1", matching: nil, in: everybody, limit: 5)),
            ("like", 3_000, PostgresExploreStore.words(like: ["gearbx", "enginess"])),
            ("profile", 20, PostgresProfileStore.profiles(of: ["p1"])),
            ("restrictions", 1_000, PostgresProfileStore.restrictions(among: (0..<200).map { "p\($0)" })),
            ("filling", 3_000, PostgresDiscoveryStore.handles(after: "p1", limit: 500)),
            ("forgetting words", 500, PostgresDiscoveryStore.forgettingWords(of: "p7", besides: [])),
            ("hours", 100, PostgresDiscoveryStore.noting([("p7", ActiveHours(bits: 1))], period: 1)),
        ]
        if let popular, let rare {
            statements += [
                (
                    "popular", 4_000,
                    PostgresExploreStore.recent(matching: popular, in: everybody, after: start, limit: 21)
                ),
                (
                    "popular, later", 4_000,
                    PostgresExploreStore.recent(matching: popular, in: recent, after: middle, limit: 21)
                ),
                ("rare", 500, PostgresExploreStore.all(matching: rare, in: everybody, after: start, limit: 21)),
                ("rare, later", 500, PostgresExploreStore.all(matching: rare, in: recent, after: middle, limit: 21)),
            ]
        }
        if let entry = DiscoveryEntry(entry, OwnProfile(interests: ["rare"])) {
            statements += PostgresDiscoveryStore.writing([entry]).map { ("writing", 500, $0) }
        }
        return statements
    }

    private func fill(_ client: PostgresClient) async throws {
        try await client.withConnection { connection in
            _ = try await connection.simple(
                """
                SET statement_timeout = 0;
                INSERT INTO handles (handle, shown) SELECT 'p' || n, 'p' || n FROM generate_series(0, 199999) AS n;
                INSERT INTO profiles (handle, bio, visibility, updated_at)
                SELECT 'p' || n, 'x', CASE WHEN n % 50 = 0 THEN 'members' ELSE 'public' END, now()
                FROM generate_series(0, 199999) AS n;
                INSERT INTO discovery_people (
                    handle, kind, tier, visibility, building, interests, search, registered_at, last_active_at,
                    active_hours
                )
                SELECT 'p' || n, CASE WHEN n % 20 = 0 THEN 'agent' ELSE 'human' END, 'member',
                    CASE WHEN n % 50 = 0 THEN 'members' ELSE 'public' END, 'engines', '{}',
                    array_to_tsvector(
                        ARRAY['p' || n, 'engines', 'kind:human', 'tier:member', '#interest' || n % 500]
                        || CASE WHEN n % 3 = 0 THEN '{#popular}'::text[] ELSE '{}' END
                        || CASE WHEN n % 20000 = 1 THEN '{#rare}'::text[] ELSE '{}' END
                    ),
                    timestamptz '2025-01-01 00:00+00',
                    timestamptz '2026-01-08 16:00+00' - n * 7919 % 200000 * interval '1 minute', n % 4096
                FROM generate_series(0, 199999) AS n;
                INSERT INTO person_topics (handle, topic, last_active_at)
                SELECT d.handle, t.topic, d.last_active_at
                FROM discovery_people AS d, unnest(tsvector_to_array(d.search)) AS t (topic)
                WHERE t.topic LIKE '#%' OR t.topic = 'engines';
                INSERT INTO search_words SELECT md5(n::text) FROM generate_series(1, 200000) AS n;
                INSERT INTO search_words VALUES ('gearbox'), ('engines');
                INSERT INTO friends (owner, friend)
                SELECT 'p' || n % 2000, 'p' || (n * 7 + 1) % 200000 FROM generate_series(0, 399999) AS n
                ON CONFLICT DO NOTHING;
                INSERT INTO follows (follower, following)
                SELECT 'p' || n % 2000, 'p' || (n * 11 + 1) % 200000 FROM generate_series(0, 199999) AS n
                WHERE n % 2000 <> (n * 11 + 1) % 200000
                ON CONFLICT DO NOTHING;
                INSERT INTO mutes (owner, muted)
                SELECT 'p' || n % 2000, 'p' || (n * 13 + 1) % 200000 FROM generate_series(0, 199999) AS n
                ON CONFLICT DO NOTHING;
                INSERT INTO user_connections (from_user, to_user, status)
                SELECT 'p' || n % 2000, 'p' || (n * 17 + 1) % 200000, 'accepted' FROM generate_series(0, 199999) AS n
                ON CONFLICT DO NOTHING;
                INSERT INTO suggestion_dismissals (handle, dismissed, topics, dismissed_at)
                SELECT 'p' || n % 20000, 'p' || (n * 19 + 1) % 200000, '{#popular}', now()
                FROM generate_series(0, 199999) AS n
                ON CONFLICT DO NOTHING;
                INSERT INTO introductions (handle, day, person, score, reasons)
                SELECT 'p' || n % 20000, date '2026-01-08' - n / 20000, 'p' || (n + 1) % 200000, 20, '[]'
                FROM generate_series(0, 199999) AS n
                """
            )
            // By itself: not inside a transaction, and after whatever the server does of its own accord.
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
