import KernelTesting
import Postgres
import Testing

@testable import Identity

@Suite("Query plans")
struct PlanTests {
    /// What requests and ticks ask, on 200,000 people of whom one in a hundred is here.
    @Test("No hot query reads a whole table")
    func plans() async throws {
        try await withSharedDatabase { database in
            try await Self.fill(database.client)
            let now = PostgresTimestamp.now
            let horizon = try await database.client.read("SELECT pg_current_xact_id()::text::bigint")
            let latest = horizon.first?.int64(0) ?? 0
            let hash = [UInt8](repeating: 1, count: 32)
            let key = try PublicKey(TestKey().text, field: "key")
            func proof(_ proof: Proof) -> PostgresQuery { ProofStatements.use(of: proof, handle: "person77", at: now) }
            var patch = PresencePatch(seen: now)
            patch.workingOn = "x"
            let queries: [(name: String, query: PostgresQuery)] = [
                ("a session by its token", PostgresSessionStore.live(id: "sess_77", tokenHash: hash, at: now)),
                ("a person's sessions", PostgresSessionStore.live(of: "person77", at: now)),
                ("people", PostgresPeopleStore.people(["person1", "person2"])),
                ("a name's state", PostgresRegistrationStore.state(of: "person77", nameHash: hash, at: now)),
                ("a profile", PostgresUserStore.profile(of: "person77")),
                ("the newest people", PostgresUserStore.people(after: nil, limit: 100)),
                ("more people", PostgresUserStore.people(after: (now, "person77"), limit: 100)),
                ("one presence", PostgresPresenceStore.presences(of: ["person77"])),
                ("changed presences", PostgresPresenceStore.changed(since: latest)),
                ("who is here", PostgresPresenceStore.present(at: now)),
                ("who was here", PostgresPresenceStore.recent(at: now, limit: 100)),
                ("how many are active", PostgresPresenceStore.activeCount(at: now)),
                ("heartbeats", PostgresPresenceStore.merge(["person1": patch, "person2": patch])),
                ("an API key", PostgresAPIKeyStore.live(id: "key_77", keyHash: hash, at: now)),
                ("a handle's API keys", PostgresAPIKeyStore.live(of: "person77", at: now)),
                ("a handle's keys", PostgresKeyStore.held(by: "person77")),
                ("public profiles", PostgresUserStore.publicProfiles(of: ["person1", "person2"])),
                ("the newest agents", PostgresAgentStore.agents(after: nil, limit: 100)),
                ("more agents", PostgresAgentStore.agents(after: (now, "person77"), limit: 100)),
                ("a signed register", proof(.signature(by: key, nonce: NonceUse(hash: hash, until: now)))),
                ("an undated one", proof(.undatedSignature(by: key))),
                ("a claim of what was here before", proof(.carryOver(publicKey: key, recoveryKey: nil))),
                ("an open handle", proof(.openHandle)),
                ("news", PostgresChangeStore.changes(since: latest)),
                ("who is typing", PostgresTypingStore.typing(to: "person77", at: now)),
            ]
            for (name, query) in queries {
                let plan = try await database.client.read(
                    PostgresQuery(sql: "EXPLAIN " + query.sql, binds: query.binds)
                )
                let lines = plan.map { $0.string(0) }
                // Tables of one row or a handful are read whole by right.
                let scans = lines.filter { line in
                    line.contains("Seq Scan")
                        && ![
                            "registration_counter", "quarantined_names", "reserved_handles", "github_accounts",
                            "email_addresses",
                        ].contains {
                            line.contains($0)
                        }
                }
                #expect(scans == [], "\(name):\n\(lines.joined(separator: "\n"))")
            }
        }
    }

    private static func fill(_ database: PostgresClient) async throws {
        let statements: [PostgresQuery] = [
            """
            INSERT INTO handles (handle, shown, registered_at)
            SELECT 'person' || n, 'person' || n, now() - n * interval '1 minute' FROM generate_series(1, 200000) AS n
            """,
            "INSERT INTO users (username, building) SELECT handle, 'x' FROM handles WHERE handle LIKE 'person%'",
            """
            INSERT INTO sessions (id, handle, token_hash, created_at, last_used_at, expires_at)
            SELECT 'sess_' || n, 'person' || n, '\\x01', now(), now(), now() + interval '400 days'
            FROM generate_series(1, 200000) AS n
            """,
            """
            INSERT INTO presence (username, first_seen, last_seen, writer)
            SELECT 'person' || n, now(), now() - n * interval '1 minute', n % 500 FROM generate_series(1, 200000) AS n
            """,
            """
            INSERT INTO identity_changes (kind, subject, writer)
            SELECT 'session', 'sess_' || n, n % 500 FROM generate_series(1, 200000) AS n
            """,
            """
            INSERT INTO typing (recipient, sender, until)
            SELECT 'person' || n, 'person' || (n + 1), now() FROM generate_series(1, 199999) AS n
            """,
            "UPDATE handles SET kind = 'agent', is_agent = true WHERE length(handle) = 10",
            "INSERT INTO agents (handle, display_name, operator) SELECT handle, 'x', 'x' FROM handles WHERE is_agent",
            """
            INSERT INTO api_keys (id, handle, key_hash, scopes, created_at)
            SELECT 'key_' || n, 'person' || n, '\\x01', '{read}', now() FROM generate_series(1, 200000) AS n
            """,
            """
            INSERT INTO used_nonces (nonce_hash, expires_at)
            SELECT sha256(n::text::bytea), now() FROM generate_series(1, 200000) AS n
            """,
            "ANALYZE agents", "ANALYZE api_keys", "ANALYZE used_nonces", "ANALYZE handles", "ANALYZE users",
            "ANALYZE sessions", "ANALYZE presence", "ANALYZE identity_changes",
            "ANALYZE typing",
        ]
        for statement in statements { _ = try await database.write(statement, deadline: .seconds(120)) }
    }
}
