import JSONText
import KernelTesting
import Postgres
import Testing

@testable import Messaging

/// What the planner does with every hot statement on 240,000 analysed messages, its switches untouched.
@Suite("Volume", .serialized)
struct VolumeTests {
    @Test("No hot statement scans a table, and none costs more than the rows it returns")
    func plans() async throws {
        try await withTestDatabase(modules: [StandInIdentity(people), MessagingModule()]) { database in
            try await fill(database.client)
            for (name, query) in hotStatements {
                for mode in ["force_custom_plan", "force_generic_plan"] {
                    let plan = try await explain(query, mode, on: database.client)
                    #expect(!plan.contains("Seq Scan"), "\(name), \(mode):\n\(plan)")
                    // 101 rows and what surrounds them, in pages touched; a scan would be thousands.
                    #expect(pages(plan) < 1_500, "\(name), \(mode):\n\(plan)")
                }
            }
        }
    }

    private var hotStatements: [(String, PostgresQuery)] {
        let now = PostgresTimestamp(microseconds: 1_767_888_000_000_000)
        let middle = ListPosition(time: PostgresTimestamp(microseconds: now.microseconds - 100_000_000_000), name: "m")
        let message = NewMessage(
            id: "new",
            from: "p1",
            to: "big",
            text: "x",
            payload: nil,
            type: "dm",
            replyTo: nil,
            version: nil,
            signature: nil,
            signatureState: nil,
            isSystem: false,
            at: now
        )
        return [
            ("message", MessageQueries.message("m77")),
            ("thread", MessageQueries.thread(of: "big", with: "p7", before: .start, limit: 101)),
            ("thread, older", MessageQueries.thread(of: "p7", with: "big", before: middle, limit: 101)),
            ("inbox", MessageQueries.inbox(of: "big", InboxFilter(), before: .start, limit: 101)),
            ("inbox, older", MessageQueries.inbox(of: "big", InboxFilter(hiding: ["p1"]), before: middle, limit: 101)),
            ("unread", MessageQueries.inbox(of: "big", InboxFilter(unreadOnly: true), before: .start, limit: 101)),
            ("sent", MessageQueries.sent(by: "big", before: .start, limit: 101)),
            ("threads", MessageQueries.threads(of: "big", hiding: [], after: .start, limit: 51)),
            ("threads, older", MessageQueries.threads(of: "big", hiding: ["p2"], after: middle, limit: 51)),
            ("unread total", MessageQueries.unreadTotal(of: "big", hiding: [])),
            ("poll", MessageQueries.unpolled(of: "big", session: "s5", hiding: [], limit: 101)),
            ("since", MessageQueries.received(by: "big", since: middle.time, hiding: [], limit: 101)),
            ("send", PostgresMessageStore.insertion(of: message)),
        ] + PostgresMessageStore.marking(["m1", "m2"], from: ["p1"], by: "big", at: now).map { ("mark", $0) }
            + PostgresMessageStore.withholding(from: "p7", before: now).map { ("withhold", $0) }
    }

    /// 200,000 messages in one mailbox and 40,000 in others, 2,000 threads, 20,000 sessions that poll.
    private func fill(_ client: PostgresClient) async throws {
        try await client.withConnection { connection in
            _ = try await connection.simple(
                """
                INSERT INTO handles (handle, shown) SELECT name, name
                FROM (SELECT 'p' || n AS name FROM generate_series(1, 2000) AS n UNION ALL SELECT 'big') AS names;
                INSERT INTO messages (id, from_user, to_user, text, read, created_at)
                SELECT 'm' || n,
                    'p' || (1 + n % 1000),
                    CASE WHEN n <= 200000 THEN 'big' ELSE 'p' || (1001 + n % 1000) END,
                    repeat('x', 200),
                    n % 50 <> 0,
                    timestamptz '2026-01-08 16:00+00' - n * interval '1 second'
                FROM generate_series(1, 240000) AS n;
                INSERT INTO message_threads (owner, peer, last_id, last_at, last_sent, preview, unread)
                SELECT side.owner, side.peer, max(id), max(created_at), false, 'x', count(*) FILTER (WHERE NOT read)
                FROM messages,
                    LATERAL (VALUES (to_user, from_user), (from_user, to_user)) AS side (owner, peer)
                GROUP BY side.owner, side.peer;
                INSERT INTO message_polls
                SELECT 's' || n, 'p' || (1 + n % 1000), '2026-01-01', '{}', '{}', '2026-01-01'
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
