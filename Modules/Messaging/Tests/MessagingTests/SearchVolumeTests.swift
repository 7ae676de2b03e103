import Contracts
import JSONText
import KernelTesting
import Postgres
import Testing

@testable import Messaging

/// Search in one mailbox of 200,000 messages beside 40,000 of others, the planner's switches untouched.
@Suite("Search volume", .serialized)
struct SearchVolumeTests {
    @Test("Rare words cost next to nothing, common ones no more than their rows, and nothing is scanned")
    func plans() async throws {
        let everybody = [Person(handle: "big", shown: "big", kind: .human)]
        try await withTestDatabase(modules: [StandInIdentity(everybody), MessagingModule()]) { database in
            let client = database.client
            try await fill(client)
            let store = PostgresMessageStore(database: client)
            let rare = try await store.search(search("word777"))
            #expect(rare.messages.count == 40)
            #expect(try await store.search(search("word777 nowhere")).messages.isEmpty)
            let first = try await store.search(search("hello größe"))
            #expect(first.messages.count == 100)
            let next = try await store.search(search("hello größe", before: try #require(first.next)))
            #expect(next.messages.first.map(\.createdAt) == first.messages.last.map { before($0.createdAt) })
            #expect(try await store.search(search("word777", peer: "p778")).messages.isEmpty == false)

            for (name, query, limit) in [
                ("rare", PostgresMessageStore.finding(search("word777")), 800),
                ("rare, of one person", PostgresMessageStore.finding(search("word777", peer: "p778")), 800),
                ("none", PostgresMessageStore.finding(search("nowhere")), 200),
                // Every message of the mailbox is a match: the pages of their words are read once.
                ("common", PostgresMessageStore.finding(search("hello")), 20_000),
                ("memories", PostgresMessageStore.memories(of: "big", about: nil, before: .start, limit: 101), 200),
                (
                    "memories of one",
                    PostgresMessageStore.memories(of: "big", about: "p7", before: .start, limit: 101), 200
                ),
                ("edits", MessageQueries.message("m1"), 50),
            ] {
                for mode in ["force_custom_plan", "force_generic_plan"] {
                    let plan = try await explain(query, mode, on: client)
                    #expect(!plan.contains("Seq Scan"), "\(name), \(mode):\n\(plan)")
                    #expect(pages(plan) < limit, "\(name), \(mode):\n\(plan)")
                }
            }
            // The next batch of a job that has all but the last messages.
            for query in PostgresMessageStore.taking(240_000, limit: 1_000) + [
                PostgresMessageStore.refreshing(limit: 100)
            ] {
                let plan = try await explain(query, "force_generic_plan", on: client)
                #expect(!plan.contains("Seq Scan on messages"), "\(plan)")
                #expect(!plan.contains("Seq Scan on message_search "), "\(plan)")
            }
        }
    }

    private func search(_ text: String, peer: String? = nil, before: ListPosition = .start) -> MessageSearch {
        MessageSearch(text: text, owner: "big", peer: peer, hiding: ["p999"], before: before, limit: 100)
    }

    /// The time of the next older message: they lie a second apart.
    private func before(_ time: PostgresTimestamp) -> PostgresTimestamp {
        PostgresTimestamp(microseconds: time.microseconds - 1_000_000)
    }

    private func fill(_ client: PostgresClient) async throws {
        try await client.withConnection { connection in
            _ = try await connection.simple(
                """
                INSERT INTO handles (handle, shown) SELECT name, name
                FROM (SELECT 'p' || n AS name FROM generate_series(1, 2000) AS n UNION ALL SELECT 'big') AS names;
                INSERT INTO messages (id, from_user, to_user, text, read, created_at)
                SELECT 'm' || n,
                    'p' || (1 + n % 997),
                    CASE WHEN n <= 200000 THEN 'big' ELSE 'p' || (1001 + n % 1000) END,
                    'hello word' || (n % 5000) || ' Größe',
                    true,
                    timestamptz '2026-01-08 16:00+00' - n * interval '1 second'
                FROM generate_series(1, 240000) AS n;
                INSERT INTO message_search (message_id, created_at, terms)
                SELECT id, created_at, message_terms(text, from_user, to_user) FROM messages ORDER BY ordinal;
                UPDATE message_search_progress SET done = 239000, seen = 240000;
                INSERT INTO memories (id, owner, about, observation)
                SELECT 'm' || n, CASE WHEN n % 2 = 0 THEN 'big' ELSE 'p' || (1 + n % 1000) END, 'p' || (1 + n % 997), 'x'
                FROM generate_series(1, 20000) AS n;
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
