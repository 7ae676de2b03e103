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
                "/api/presence",
                token: first,
                json: TestService.registering("ada")
            )
            let second = try #require(again.string(at: "token"))
            let list = try await service.documented(.get, "/api/auth/sessions", token: first)
            #expect(list.int(at: "count") == 2)
            let other = try #require(
                list.value(at: "sessions")?.elements.first { $0["current"]?.bool == false }?["id"]?.string
            )
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
            try await eventually(within: .seconds(5), "the revocation is heard") {
                try await second.client.get("/api/auth/sessions", token: token).status == 401
            }
        }
    }

    @Test("A new token counts at once on an instance that has just heard that nobody has the name")
    func newcomer() async throws {
        try await withTwoIdentities { first, second in
            // The second instance believes that there is no ada, and that grace is a placeholder.
            for name in ["ada", "grace"] {
                if name == "grace" { _ = try await first.client.post("/api/users", json: ["username": .string(name)]) }
                let other = try await first.register("other_\(name)")
                let typed = try await second.client.post(
                    "/api/presence",
                    token: other,
                    json: ["typingTo": .string(name)]
                )
                #expect(typed.status == 200)
                let token = try await first.register(name)
                #expect(try await second.client.get("/api/auth/sessions", token: token).status == 200)
            }
        }
    }

    @Test("Nobody acts who is suspended or revoked", arguments: ["suspended", "revoked"])
    func suspended(status: String) async throws {
        try await withTwoIdentities { first, second in
            let token = try await first.register("ada")
            for service in [first, second] {
                #expect(try await service.client.get("/api/auth/sessions", token: token).status == 200)
            }
            _ = try await first.database.write("UPDATE handles SET status = \(status) WHERE handle = 'ada'")
            for service in [first, second] {
                try await eventually(within: .seconds(5), "the status is heard") {
                    try await service.client.get("/api/auth/sessions", token: token).status == 401
                }
                let answer = try await service.client.post(
                    "/api/presence",
                    token: token,
                    json: TestService.registering("ada")
                )
                #expect(answer.value(at: "token") == nil)
            }
            _ = try await first.database.write("UPDATE handles SET status = 'active' WHERE handle = 'ada'")
            #expect(try await first.client.get("/api/auth/sessions", token: token).status == 200)
        }
    }

    @Test("A known token costs no query, and a forged one neither")
    func noQuery() async throws {
        try await withIdentity { service in
            let token = try await service.register("ada")
            #expect(try await service.client.get("/api/auth/sessions", token: token).status == 200)
            // Whoever asks the table now, fails.
            _ = try await service.database.write("ALTER TABLE sessions RENAME TO hidden_sessions")
            for _ in 0..<20 {
                #expect(try await service.client.get("/api/v2/presence", token: token).status == 200)
                #expect(try await service.client.get("/api/v2/presence", token: token + "x").status == 401)
            }
            _ = try await service.database.write("ALTER TABLE hidden_sessions RENAME TO sessions")
        }
    }

    @Test("While changes cannot be heard, the database is asked each time")
    func deaf() async throws {
        try await withIdentity { service in
            let token = try await service.register("ada")
            #expect(try await service.client.get("/api/auth/sessions", token: token).status == 200)
            _ = try await service.database.write("ALTER TABLE identity_changes RENAME TO hidden_changes")
            // Past the two seconds for which memory is trusted, a change behind the service's back counts at once.
            try await eventually("the session is looked up") {
                _ = try await service.database.write("UPDATE sessions SET revoked_at = now()")
                return try await service.client.get("/api/auth/sessions", token: token).status == 401
            }
            _ = try await service.database.write("UPDATE sessions SET revoked_at = NULL")
            #expect(try await service.client.get("/api/auth/sessions", token: token).status == 200)
            _ = try await service.database.write("ALTER TABLE hidden_changes RENAME TO identity_changes")
        }
    }

    @Test("What is no token is refused")
    func malformed() async throws {
        try await withIdentity { service in
            for token in ["", "x", ".", "sess_a.", "a.b.c", "sess_a.bm90IGEgc2lnbmF0dXJl"] {
                let answer = try await service.client.get("/api/auth/sessions", token: token)
                #expect(answer.status == 401)
                #expect(answer.string(at: "error")?.contains("Authentication") == true)
                let verified = try await service.documented(.post, "/api/auth/verify", token: token)
                #expect(verified.status == 200)
                #expect(verified.bool(at: "valid") == false)
            }
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
