import KernelTesting
import Postgres
import Testing

@testable import Identity

@Suite("Query plans of signing in and of mail")
struct LoginPlanTests {
    /// Every register of a taken handle asks for a grant, and every second each instance looks for mail: neither may cost
    /// more with 200,000 accounts and as many mails that ended.
    @Test("No hot query reads a whole table")
    func plans() async throws {
        try await withSharedDatabase { database in
            for statement in Self.filling {
                _ = try await database.client.write(statement, deadline: .seconds(120))
            }
            let now = PostgresTimestamp.now
            let hash = [UInt8](repeating: 1, count: 32)
            let address = try #require(MailAddress("person77@example.com"))
            let queries: [(name: String, query: PostgresQuery)] = [
                ("a grant", PostgresLoginStore.grant("person77", address: hash, at: now)),
                (
                    "a GitHub account's handle",
                    PostgresLoginStore.owned(by: .gitHub(GitHubAccount(id: 77, login: "x")), requested: nil)
                ),
                ("an address's handle", PostgresLoginStore.owned(by: .mailbox(address, code: hash), requested: nil)),
                ("the next mail", PostgresMailStore.taking(by: "x", at: now)),
                ("mail that is over", PostgresMailStore.tidying(taker: "x", patience: now, at: now)),
            ]
            for (name, query) in queries {
                let plan = try await database.client.read(
                    PostgresQuery(sql: "EXPLAIN " + query.sql, binds: query.binds)
                )
                let lines = plan.map { $0.string(0) }
                #expect(!lines.contains { $0.contains("Seq Scan") }, "\(name):\n\(lines.joined(separator: "\n"))")
            }
        }
    }

    private static let filling: [PostgresQuery] = [
        "INSERT INTO handles (handle, shown) SELECT 'person' || n, 'person' || n FROM generate_series(1, 200000) AS n",
        """
        INSERT INTO github_accounts (github_id, handle, login, linked_at)
        SELECT n, 'person' || n, 'x', now() FROM generate_series(1, 200000) AS n
        """,
        """
        INSERT INTO email_addresses (address, handle, confirmed_at)
        SELECT 'person' || n || '@example.com', 'person' || n, now() FROM generate_series(1, 200000) AS n
        """,
        """
        INSERT INTO login_grants (handle, address_hash, expires_at)
        SELECT 'person' || n, '\\x01', now() FROM generate_series(1, 200000) AS n
        """,
        """
        INSERT INTO mail_queue (id, message_id, subject, state, due_at, expires_at, created_at, ended_at)
        SELECT 'mail_' || n, 'x', 'x', 'sent', now(), now(), now(), now() FROM generate_series(1, 200000) AS n
        """,
        """
        INSERT INTO mail_queue (id, message_id, recipient, subject, body, due_at, expires_at, created_at)
        SELECT 'new_' || n, 'x', 'a@example.com', 'x', 'x', now(), now() + interval '1 hour', now()
        FROM generate_series(1, 500) AS n
        """,
        "ANALYZE handles", "ANALYZE github_accounts", "ANALYZE email_addresses", "ANALYZE login_grants",
        "ANALYZE mail_queue",
    ]
}
