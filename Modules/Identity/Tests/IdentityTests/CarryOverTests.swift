import JSONText
import Kernel
import KernelTesting
import Postgres
import Testing

/// Handles that were here before this service: no proof is on file, and what came with them is none.
@Suite struct CarryOverTests {
    private static let until = ["identity.carryover_until": "2026-02-01T00:00:00Z"]

    /// A handle as an import leaves it: with a key that anybody could have written.
    private func carryOver(_ service: TestService, _ handle: String, key: TestKey? = nil, recovery: TestKey? = nil)
        async throws
    {
        _ = try await service.database.write([
            "INSERT INTO handles (handle, shown, kind, carried_over) VALUES (\(handle), \(handle), 'human', true)",
            """
            INSERT INTO users (username, public_key, recovery_key) VALUES (\(handle), \(key?.text), \(recovery?.text))
            """,
        ])
    }

    private func token(_ service: TestService, _ handle: String, _ more: JSON = [:]) async throws -> String? {
        let answer = try await service.client.post("/api/presence", json: TestService.registering(handle, more))
        #expect(answer.status == 200, "\(answer)")
        return answer.string(at: "token")
    }

    @Test("unless the operator says until when, nobody claims one")
    func never() async throws {
        try await withIdentity(clock: ManualClock()) { service in
            try await carryOver(service, "ada")
            #expect(try await token(service, "ada") == nil)
        }
    }

    @Test("the first register by name claims one, of many at once too; the second finds it taken")
    func once() async throws {
        let clock = ManualClock()
        try await withIdentity(settings: Self.until, clock: clock) { service in
            try await carryOver(service, "ada")
            let tokens = try await withThrowingTaskGroup(of: String?.self) { group in
                for _ in 1...8 { group.addTask { try await token(service, "ada") } }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(tokens.compactMap { $0 }.count == 1)
            try await service.beat(try #require(tokens.compactMap { $0 }.first))
            #expect(try await token(service, "ada") == nil)
            #expect(try await service.audit("ada") == ["proof_accepted carryover"])
            try await carryOver(service, "grace")
            clock.set(to: PostgresTimestamp(microseconds: 1_769_904_000_000_000))
            #expect(try await token(service, "grace") == nil, "the time is up")
        }
    }

    @Test("names of the house, reserved ones and those that somebody vouches for are not claimed by name")
    func protected() async throws {
        try await withIdentity(settings: Self.until, clock: ManualClock()) { service in
            try await carryOver(service, "ada")
            try await carryOver(service, "grace")
            try await carryOver(service, "hopper")
            _ = try await service.database.write([
                "UPDATE handles SET verified = 'x' WHERE handle = 'ada'",
                "INSERT INTO github_accounts (github_id, handle, login, linked_at) VALUES (1, 'grace', 'grace', now())",
                "INSERT INTO reserved_handles (handle, category) VALUES ('hopper', 'vip')",
            ])
            #expect(try await token(service, "ada") == nil)
            #expect(try await token(service, "grace") == nil)
            for name in ["hopper", "vibe", "scout"] {
                let answer = try await service.client.post("/api/presence", json: TestService.registering(name))
                #expect(answer.status == 400)
            }
        }
    }

    @Test("keys that came with a handle prove nothing, are not shown, and are gone when it is claimed")
    func plantedKeys() async throws {
        let clock = ManualClock()
        let thief = TestKey()
        try await withIdentity(settings: Self.until, clock: clock) { service in
            try await carryOver(service, "ada", key: thief, recovery: thief)
            let now = clock.now.microseconds / 1_000_000
            func rotate() async throws -> HTTPAnswer {
                let proof = try thief.signed([("new_public_key", .string(TestKey().text))] + dated(at: now))
                return try await service.client.post("/api/identity/ada/rotate", json: ["proof": proof])
            }
            #expect(try await rotate().string(at: "error") == "no_recovery_key")
            let migrated = try thief.signed([("action", "migrate"), ("handle", "ada")] + dated(at: now))
            #expect(try await service.client.post("/api/auth/migrate", json: migrated).status == 401)
            #expect(try await service.client.get("/api/identity/ada").value(at: "publicKey")?.isNull == true)
            #expect(try await service.client.get("/api/users?user=ada").value(at: "user.recoveryKey")?.isNull == true)
            // The owner claims it, with a key of their own.
            let own = TestKey()
            #expect(try await token(service, "ada", ["publicKey": .string(own.text)]) != nil)
            #expect(try await service.client.get("/api/identity/ada").string(at: "publicKey") == own.text)
            #expect(try await rotate().string(at: "error") == "no_recovery_key")
            #expect(try await service.register("ada", signedBy: thief, dated(at: now)).string(at: "token") == nil)
            #expect(try await service.register("ada", signedBy: own, dated(at: now)).string(at: "token") != nil)
        }
    }

    @Test("claims are limited by address")
    func limit() async throws {
        let settings = Self.until.merging(["identity.carryovers_per_day": "2"]) { $1 }
        try await withIdentity(settings: settings, clock: ManualClock()) { service in
            for name in ["one", "two", "three"] { try await carryOver(service, name) }
            #expect(try await token(service, "one") != nil)
            #expect(try await token(service, "two") != nil)
            let third = try await service.client.post("/api/presence", json: TestService.registering("three"))
            #expect(third.status == 429)
        }
    }

    @Test("the operator takes a claim back: whoever came first is out, with all that they added")
    func reversal() async throws {
        let clock = ManualClock()
        let thief = TestKey()
        try await withIdentity(settings: Self.until, clock: clock) { service in
            try await carryOver(service, "ada")
            let keys: JSON = ["publicKey": .string(thief.text), "recoveryKey": .string(thief.text)]
            let claimed = try await token(service, "ada", keys)
            let stolen = try #require(claimed)
            let created = try await service.client.post("/api/agents/keys", token: stolen, json: [:])
            let apiKey = try #require(created.string(at: "api_key"))
            try await service.beat(apiKey)
            let rows = try await service.database.write("SELECT return_carried_over('ada')")
            #expect(rows.first?.bool(0) == true)
            for old in [stolen, apiKey] {
                try await eventually(within: .seconds(2)) {
                    try await service.client.post("/api/presence", token: old, json: [:]).status == 401
                }
            }
            let now = clock.now.microseconds / 1_000_000
            let signed = try await service.register("ada", signedBy: thief, dated(at: now))
            // The next one by name claims it: that is what a signed register of a stranger is.
            #expect(signed.string(at: "token") != nil)
            #expect(try await service.client.get("/api/identity/ada").value(at: "publicKey")?.isNull == true)
            #expect(try await service.audit("ada").contains("carryover_returned"))
            // Nobody else's handle can be taken this way.
            _ = try await service.register("grace")
            #expect(try await service.database.write("SELECT return_carried_over('grace')").first?.bool(0) == false)
        }
    }

    @Test("a date that is none stops the start")
    func badDate() async throws {
        await #expect(throws: (any Error).self) {
            try await withIdentity(settings: ["identity.carryover_until": "soon"]) { _ in }
        }
    }

    // MARK: Open handles

    @Test("by name alone, a handle opens only where the operator allows it and no proof is on file")
    func openHandles() async throws {
        try await withIdentity { service in
            _ = try await service.register("ada")
            #expect(try await token(service, "ada") == nil)
        }
        try await withIdentity(settings: ["identity.legacy_open_handles": "true"]) { service in
            _ = try await service.register("ada")
            #expect(try await token(service, "ada") != nil)
            #expect(try await token(service, "ada") != nil)
            #expect(try await service.audit("ada").last == "proof_accepted open_handle")
            _ = try await service.register("keyed", ["publicKey": .string(TestKey().text)])
            let agent: JSON = ["handle": "droid", "display_name": "Bot", "operator": "ada", "is_agent": true]
            #expect(try await service.client.post("/api/register", json: agent).status == 201)
            for name in ["github", "mailed", "vouched", "suspended"].map({ $0 + "_ada" }) {
                _ = try await service.register(name)
            }
            _ = try await service.database.write([
                """
                INSERT INTO github_accounts (github_id, handle, login, linked_at) VALUES (1, 'github_ada', 'ada', now())
                """,
                "INSERT INTO email_addresses (address, handle, confirmed_at) VALUES ('a@b.c', 'mailed_ada', now())",
                "UPDATE handles SET verified = 'x' WHERE handle = 'vouched_ada'",
                "UPDATE handles SET status = 'suspended' WHERE handle = 'suspended_ada'",
            ])
            for name in ["keyed", "droid", "github_ada", "mailed_ada", "vouched_ada", "suspended_ada"] {
                #expect(try await token(service, name) == nil, "\(name)")
            }
        }
    }
}
