import Crypto
import JSONText
import Kernel
import KernelTesting
import Postgres
import Testing

@testable import Identity

@Suite struct APIKeyTests {
    /// Gives a new key and its id.
    private func create(
        _ service: TestService,
        _ token: String,
        _ body: JSON = [:]
    ) async throws -> (key: String, id: String) {
        let answer = try await service.documented(.post, "/api/agents/keys", token: token, json: body)
        #expect(answer.status == 201, "\(answer)")
        return (try #require(answer.string(at: "api_key")), try #require(answer.string(at: "key.id")))
    }

    private func status(_ service: TestService, _ key: String) async throws -> Int {
        try await service.client.post("/api/presence", token: key, json: [:]).status
    }

    @Test("a key acts for its handle; only its hash is stored")
    func use() async throws {
        let clock = ManualClock()
        try await withIdentity(clock: clock) { service in
            let token = try await service.register("ada")
            let (key, id) = try await create(service, token, ["label": "cron", "scopes": ["read", "write"]])
            let presence = try await service.beat(key)
            #expect(presence.string(at: "presence.handle") == "ada")
            let list = try await service.documented(.get, "/api/agents/keys", token: token)
            #expect(list.string(at: "keys[0].id") == id)
            #expect(list.string(at: "keys[0].label") == "cron")
            #expect(!String(decoding: list.body, as: UTF8.self).contains(key))
            let rows = try await service.database.read("SELECT row_to_json(k)::text FROM api_keys AS k")
            #expect(!rows[0].string(0).contains(String(key.dropFirst(11))))
            // To the minute, and not on the way to the answer.
            try await eventually {
                try await service.client.get("/api/agents/keys", token: token).string(at: "keys[0].lastUsedAt") != nil
            }
            let verified = try await service.documented(.post, "/api/auth/verify", token: key)
            #expect(verified.bool(at: "valid") == true)
            #expect(verified.string(at: "handle") == "ada")
        }
    }

    @Test("signing out everywhere ends keys, too")
    func signOut() async throws {
        try await withIdentity { service in
            let token = try await service.register("ada")
            let (key, _) = try await create(service, token)
            #expect(try await status(service, key) == 200)
            #expect(try await service.documented(.post, "/api/auth/logout-all", token: token).status == 200)
            try await eventually { try await status(service, key) == 401 }
        }
    }

    @Test("a key may do what it was made for, and replace itself")
    func scopes() async throws {
        try await withIdentity { service in
            let token = try await service.register("ada")
            func key(_ scopes: JSON) async throws -> (key: String, id: String) {
                try await create(service, token, ["scopes": scopes])
            }
            /// Whether the key may read, and write, in this module.
            func rights(_ key: String) async throws -> [Bool] {
                let reading = try await service.client.get("/api/agents", token: key)
                let writing = try await service.client.post("/api/presence", token: key, json: [:])
                for answer in [reading, writing] where answer.status != 200 {
                    #expect(answer.status == 403 && answer.string(at: "code") == "insufficient_scope", "\(answer)")
                }
                return [reading.status == 200, writing.status == 200]
            }
            let reader = try await key(["read"])
            #expect(try await rights(reader.key) == [true, false])
            let writer = try await key(["write"])
            #expect(try await rights(writer.key) == [false, true])
            let here = try await key(["identity:read", "identity:write"])
            #expect(try await rights(here.key) == [true, true])
            let elsewhere = try await key(["messaging:read", "messaging:write"])
            #expect(try await rights(elsewhere.key) == [false, false])
            let rotated = try await service.documented(
                .post,
                "/api/agents/keys/\(elsewhere.id)/rotate",
                token: elsewhere.key,
                json: [:]
            )
            #expect(rotated.status == 201, "\(rotated)")
        }
    }

    @Test("what was not made here is refused without asking the database")
    func forged() async throws {
        let signer = APIKeySigner(key: .init(size: .bits256))
        let id = APIKeySigner.id(Array(1...12))
        let key = signer.key(for: id)
        #expect(key.utf8.count == 11 + 48)
        #expect(signer.id(of: key) == id)
        #expect(APIKeySigner(key: .init(size: .bits256)).id(of: key) == nil)
        for bad in [
            String(key.dropLast()), key + "0", key.uppercased(), "vibe_agent_" + String(repeating: "0", count: 48), "",
        ] {
            #expect(signer.id(of: bad) == nil)
        }
        try await withIdentity { service in
            let token = try await service.register("ada")
            let (key, _) = try await create(service, token)
            let flipped = String(key.dropLast()) + (key.last == "0" ? "1" : "0")
            #expect(try await status(service, flipped) == 401)
            #expect(try await status(service, key) == 200)
        }
    }

    @Test("a key is no way to the account: keys, sessions, export, erasure and registering take a session")
    func noEscalation() async throws {
        try await withIdentity { service in
            let token = try await service.register("ada")
            let (key, id) = try await create(service, token)
            let (_, other) = try await create(service, token)
            for (method, path, body) in [
                (RouteMethod.get, "/api/agents/keys", nil as JSON?), (.post, "/api/agents/keys", [:]),
                (.delete, "/api/agents/keys/\(other)", nil), (.post, "/api/agents/keys/\(other)/rotate", [:]),
                (.get, "/api/auth/sessions", nil), (.post, "/api/auth/logout-all", nil),
                (.get, "/api/account/export", nil), (.delete, "/api/account", ["confirm": "ada"]),
                (.post, "/api/users", ["publicKey": .string(TestKey().text)]),
                (.post, "/api/identity", ["name": "ada", "publicKey": .string(TestKey().text)]),
            ] {
                let answer = try await service.documented(method, path, token: key, json: body)
                #expect(answer.status == 403, "\(path): \(answer)")
                #expect(answer.string(at: "code") == "session_required", "\(path): \(answer)")
            }
            let register = try await service.client.post(
                "/api/presence",
                token: key,
                json: TestService.registering("ada")
            )
            #expect(register.string(at: "token") == nil)
            #expect(
                try await service.client.post("/api/auth/migrate", token: key, json: ["handle": "ada"]).status == 401
            )
            // Itself it may replace and end.
            let rotated = try await service.documented(.post, "/api/agents/keys/\(id)/rotate", token: key, json: [:])
            #expect(rotated.status == 201)
        }
    }

    @Test("a rotated key stays good for a while, on every instance")
    func rotation() async throws {
        let clock = ManualClock()
        try await withTwoIdentities(clock: clock) { first, second in
            let token = try await first.register("ada")
            let (old, id) = try await create(first, token, ["label": "cron", "scopes": ["read", "write"]])
            #expect(try await status(second, old) == 200)
            let answer = try await first.documented(
                .post,
                "/api/agents/keys/\(id)/rotate",
                token: token,
                json: ["overlap_hours": 2]
            )
            let new = try #require(answer.string(at: "api_key"))
            #expect(answer.string(at: "key.label") == "cron")
            #expect(answer.string(at: "replaced.id") == id)
            for service in [first, second] {
                #expect(try await status(service, new) == 200)
                #expect(try await status(service, old) == 200)
            }
            // Whoever found the old one cannot make it last.
            let again = try await second.documented(.post, "/api/agents/keys/\(id)/rotate", token: old, json: [:])
            #expect(again.status == 404, "\(again)")
            // Both have heard of the end when it comes.
            try await eventually {
                try await first.database.read(
                    "SELECT FROM identity_changes WHERE subject = \(id)"
                ).count == 1
            }
            clock.advance(by: .seconds(2 * 3_600 + 1))
            for service in [first, second] {
                try await eventually(within: .seconds(3)) { try await status(service, old) == 401 }
                #expect(try await status(service, new) == 200)
            }
            let wrong = try await first.documented(
                .post,
                "/api/agents/keys/\(id)/rotate",
                token: token,
                json: ["overlap_hours": 169]
            )
            #expect(wrong.string(at: "field") == "overlap_hours")
            #expect(try await first.client.post("/api/agents/keys/\(id)/rotate", token: token, json: [:]).status == 404)
        }
    }

    @Test("a revoked key is dead everywhere within two seconds; others' keys cannot be revoked")
    func revocation() async throws {
        try await withTwoIdentities { first, second in
            let token = try await first.register("ada")
            let (key, id) = try await create(first, token)
            #expect(try await status(second, key) == 200)
            let grace = try await first.register("grace")
            #expect(try await first.documented(.delete, "/api/agents/keys/\(id)", token: grace).status == 404)
            #expect(try await first.documented(.delete, "/api/agents/keys/\(id)", token: token).status == 200)
            #expect(try await status(first, key) == 401)
            try await eventually(within: .seconds(2)) { try await status(second, key) == 401 }
            #expect(try await first.documented(.delete, "/api/agents/keys/\(id)", token: token).status == 404)
            #expect(
                try await first.audit("ada") == ["api_key_issued \(id)", "api_key_revoked \(id)"]
            )
        }
    }

    @Test("at most twenty live keys, however many are asked for at once; a suspended handle's keys are dead")
    func limits() async throws {
        try await withIdentity { service in
            let token = try await service.register("ada")
            let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 1...24 {
                    group.addTask { try await service.client.post("/api/agents/keys", token: token, json: [:]).status }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(statuses.count { $0 == 201 } == 20, "\(statuses)")
            #expect(statuses.count { $0 == 409 } == 4)
        }
        try await withIdentity { service in
            let (key, _) = try await create(service, service.register("ada"))
            #expect(try await status(service, key) == 200)
            _ = try await service.database.write("UPDATE handles SET status = 'suspended' WHERE handle = 'ada'")
            try await eventually(within: .seconds(2)) { try await status(service, key) == 401 }
        }
    }
}
