import Identity
import JSONText
import Kernel
import KernelTesting
import Postgres
import Testing

@Suite("Sessions")
struct SessionTests {
    @Test("The list of sessions, and how one is ended")
    func list() async throws {
        try await withIdentity { service in
            let first = try await service.register("ada")
            let again = try await service.client.post(
                "/api/presence", token: first, json: TestService.registering("ada"))
            let second = try #require(again.string(at: "token"))
            let list = try await service.documented(.get, "/api/auth/sessions", token: first)
            #expect(list.int(at: "count") == 2)
            let other = try #require(
                list.value(at: "sessions")?.elements.first { $0["current"]?.bool == false }?["id"]?.string)
            #expect(second.hasPrefix(other + "."))
            let eve = try await service.register("eve")
            let foreign = try await service.documented(.delete, "/api/auth/sessions/\(other)", token: eve)
            #expect(foreign.status == 404)
            let ended = try await service.documented(.delete, "/api/auth/sessions/\(other)", token: first)
            #expect(ended.status == 200)
            #expect(try await service.client.get("/api/auth/sessions", token: second).status == 401)
            #expect(try await service.client.get("/api/auth/sessions", token: first).int(at: "count") == 1)
        }
    }

    @Test("A revoked token is dead on every instance within two seconds")
    func revocation() async throws {
        try await withTwoIdentities { first, second in
            let token = try await first.register("ada")
            for _ in 0..<3 { #expect(try await second.client.get("/api/auth/sessions", token: token).status == 200) }
            let revoked = try await first.documented(.post, "/api/auth/logout-all", token: token)
            #expect(revoked.int(at: "revoked") == 1)
            #expect(try await first.client.get("/api/auth/sessions", token: token).status == 401)
            try await eventually(within: .seconds(2), "the revocation is heard") {
                try await second.client.get("/api/auth/sessions", token: token).status == 401
            }
        }
    }

    @Test("A known token costs no query: it works while the database is away, as long as memory may be trusted")
    func noQuery() async throws {
        try await withIdentity { service in
            let token = try await service.register("ada")
            #expect(try await service.client.get("/api/v2/presence", token: token).status == 200)
            let before = try await Self.sessionScans(service)
            for _ in 0..<200 { _ = try await service.client.get("/api/v2/presence", token: token) }
            #expect(try await Self.sessionScans(service) == before)
        }
    }

    /// Statements that read the table so far.
    private static func sessionScans(_ service: TestService) async throws -> Int64 {
        _ = try await service.database.read("SELECT pg_stat_force_next_flush()")
        let rows = try await service.database.read(
            """
            SELECT coalesce(seq_scan, 0) + coalesce(idx_scan, 0) FROM pg_stat_user_tables WHERE relname = 'sessions'
            """)
        return rows.first?.int64(0) ?? -1
    }

    @Test("What is no token is refused", arguments: ["", "x", ".", "sess_a.", "a.b.c", "sess_a.bm90IGEgc2lnbmF0dXJl"])
    func malformed(token: String) async throws {
        try await withIdentity { service in
            let answer = try await service.client.get("/api/auth/sessions", token: token)
            #expect(answer.status == 401)
            #expect(answer.string(at: "error")?.contains("Authentication") == true)
            let verified = try await service.documented(.post, "/api/auth/verify", token: token)
            #expect(verified.status == 200)
            #expect(verified.bool(at: "valid") == false)
        }
    }

    @Test("The table holds no token")
    func hashed() async throws {
        try await withIdentity { service in
            let token = try await service.register("ada")
            let rows = try await service.database.read("SELECT row_to_json(s)::text FROM sessions AS s")
            let signature = try #require(token.split(separator: ".").last)
            #expect(rows.first?.string(0).contains(signature) == false)
        }
    }
}
