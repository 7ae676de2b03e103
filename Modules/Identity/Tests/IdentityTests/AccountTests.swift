import Crypto
import Foundation
import JSONText
import Kernel
import KernelTesting
import Postgres
import Testing

@testable import Identity

/// One's own account: everything of it, and nothing of it.
@Suite struct AccountTests {
    private static let handle = "zebra_quagga"
    private static let words = "xylophone"

    /// A person of whom every table of the module holds something.
    private func makePerson(_ service: TestService, key: TestKey, recovery: TestKey) async throws -> (
        token: String, apiKey: String
    ) {
        let client = service.client
        let body: JSON = [
            "handle": .string(Self.handle), "display_name": .string(Self.words), "operator": .string(Self.words),
            "is_agent": true, "model": .string(Self.words), "agentType": .string(Self.words),
            "publicKey": .string(key.text), "recoveryKey": .string(recovery.text),
        ]
        let agent = try await client.post("/api/register", headers: [("Idempotency-Key", "r1")], json: body)
        #expect(agent.status == 201, "\(agent)")
        let token = try #require(agent.string(at: "token"))
        let apiKey = try #require(agent.string(at: "api_key"))
        try await service.beat(
            token,
            [
                "workingOn": .string(Self.words), "note": .string(Self.words), "mood": .string(Self.words),
                "source": .string(Self.words), "project": .string(Self.words), "location": .string(Self.words),
            ]
        )
        let profile: JSON = ["building": .string(Self.words), "inviteCode": .string(Self.words)]
        _ = try await client.post(
            "/api/users",
            token: token,
            headers: [("Idempotency-Key", "u1")],
            json: profile
        )
        _ = try await service.register("other")
        _ = try await client.post("/api/presence", token: token, json: ["typingTo": "other"])
        let now = PostgresTimestamp.now.microseconds / 1_000_000
        let signed = try await service.register(Self.handle, signedBy: key, dated(at: now))
        #expect(signed.string(at: "token") != nil)
        _ = try await service.database.write([
            "INSERT INTO placeholder_counts (sender, day, made) VALUES (\(Self.handle), now()::date, 1)",
            "UPDATE handles SET x_handle = \(Self.words), github_handle = \(Self.words) WHERE handle = \(Self.handle)",
            """
            INSERT INTO github_accounts (github_id, handle, login, linked_at)
            VALUES (1, \(Self.handle), \(Self.words), now())
            """,
            """
            INSERT INTO email_addresses (address, handle, confirmed_at)
            VALUES (\(Self.words + "@example.org"), \(Self.handle), now())
            """,
        ])
        try await eventually("presence is written") {
            try await service.database.read("SELECT FROM presence WHERE username = \(Self.handle)").count == 1
        }
        return (token, apiKey)
    }

    @Test("the export holds what there is, and no secret")
    func export() async throws {
        let key = TestKey()
        try await withIdentity { service in
            let (token, apiKey) = try await makePerson(service, key: key, recovery: TestKey())
            let answer = try await service.documented(.get, "/api/account/export", token: token)
            #expect(answer.status == 200)
            #expect(answer.headers["Cache-Control"] == "no-store")
            #expect(answer.string(at: "data.identity.user.building") == Self.words)
            #expect(answer.string(at: "data.identity.presence.working_on") == Self.words)
            #expect(answer.string(at: "data.identity.agent.display_name") == Self.words)
            #expect(answer.string(at: "data.identity.github.login") == Self.words)
            #expect(answer.string(at: "data.identity.email.address") == Self.words + "@example.org")
            #expect(answer.string(at: "data.identity.api_keys[0].id")?.hasPrefix("key_") == true)
            #expect(answer.string(at: "data.identity.audit[0].kind") == "api_key_issued")
            let text = String(decoding: answer.body, as: UTF8.self)
            for secret in [token, apiKey, "token_hash", "key_hash"] { #expect(!text.contains(secret)) }
            #expect(try await service.client.get("/api/account/export").status == 401)
            #expect(try await service.audit(Self.handle).last == "account_exported")
        }
    }

    @Test("only its owner erases an account, and only by typing its name")
    func refusals() async throws {
        try await withIdentity { service in
            let token = try await service.register("ada")
            let other = try await service.register("grace")
            for (token, body, status) in [
                (nil as String?, ["confirm": "ada"] as JSON, 401), (token, [:], 400), (token, ["confirm": "yes"], 400),
                (token, ["confirm": true], 400), (other, ["confirm": "ada"], 400), (token, ["confirm": "grace"], 400),
            ] {
                let answer = try await service.documented(.delete, "/api/account", token: token, json: body)
                #expect(answer.status == status, "\(answer)")
            }
            try await service.beat(token)
            try await service.beat(other)
        }
    }

    @Test("erased, nothing is left: in no table, no column, no log")
    func erase() async throws {
        let key = TestKey()
        let recovery = TestKey()
        try await withSharedDatabase { database in
            let secrets = try await withIdentity(database: database) { service in
                let (token, apiKey) = try await makePerson(service, key: key, recovery: recovery)
                let answer = try await service.documented(
                    .delete,
                    "/api/account",
                    token: token,
                    json: ["confirm": .string("@Zebra-Quagga")]
                )
                #expect(answer.status == 200, "\(answer)")
                for old in [token, apiKey] {
                    #expect(try await service.client.post("/api/presence", token: old, json: [:]).status == 401)
                }
                #expect(try await !service.activeNames().contains(Self.handle))
                #expect(try await service.client.get("/api/users?user=\(Self.handle)").status == 404)
                let again = try await service.client.post("/api/presence", json: TestService.registering(Self.handle))
                #expect(again.string(at: "code") == "reserved")
                #expect(try await service.register(Self.handle, signedBy: key).status == 400)
                return [token, apiKey]
            }
            // What other instances must forget is told for an hour.
            try await PostgresChangeStore(database: database.client).removeChanges(before: .infinity)
            let traces = [Self.handle, "zebra-quagga", Self.words, key.text, recovery.text] + secrets
            #expect(try await database.client.traces(of: traces) == [])
        }
    }
}

extension PostgresClient {
    /// Every table and column of the database in which one of the texts stands: as text, in JSON, as bytes, or hashed by
    /// SHA-256 without a key, which tells a name as well.
    func traces(of texts: [String]) async throws -> [String] {
        let columns = try await read(
            """
            SELECT table_schema, table_name, column_name, data_type
            FROM information_schema.columns
            JOIN information_schema.tables USING (table_schema, table_name)
            WHERE table_schema NOT IN ('pg_catalog', 'information_schema') AND table_type = 'BASE TABLE'
            ORDER BY table_name, ordinal_position
            """
        )
        #expect(columns.count > 100, "the catalogue is read")
        var found: [String] = []
        for column in columns {
            let name = #""\#(column.string(0))"."\#(column.string(1))""#
            let field = #""\#(column.string(2))""#
            for text in texts {
                let plain = Data(text.utf8).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
                let hash = SHA256.hash(data: Data(text.utf8)).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }
                    .joined()
                let coded = Data(text.utf8).base64EncodedString()
                let rows = try await read(
                    PostgresQuery(
                        sql: """
                            SELECT count(*) FROM \(name)
                            WHERE position($1 IN lower(\(field)::text)) > 0 OR position($2 IN \(field)::text) > 0
                                OR position($3 IN \(field)::text) > 0 OR position($4 IN \(field)::text) > 0
                            """,
                        binds: [
                            PostgresBind(text.lowercased()), PostgresBind(plain), PostgresBind(hash),
                            PostgresBind(coded),
                        ]
                    )
                )
                if rows.first?.int64(0) != 0 { found.append("\(column.string(1)).\(column.string(2)): \(text)") }
            }
        }
        return found
    }
}
