import Identity
import JSONText
import Kernel
import KernelTesting
import Postgres
import Testing

@Suite("Registering")
struct RegisterTests {
    @Test("A free name is claimed, with a token and a founder's number")
    func claims() async throws {
        try await withIdentity { service in
            let answer = try await service.documented(.post, "/api/presence", json: TestService.registering("@Ada-L"))
            #expect(answer.status == 200)
            #expect(answer.bool(at: "success") == true)
            #expect(answer.string(at: "action") == "register")
            #expect(answer.string(at: "handle") == "ada-l")
            #expect(answer.bool(at: "registered") == true)
            #expect(answer.string(at: "sessionId")?.hasPrefix("sess_") == true)
            #expect(answer.int(at: "genesis.number") == 1)
            #expect(answer.int(at: "genesis.cap") == 100)
            #expect(answer.int(at: "genesis.spots_remaining") == 99)
            let token = try #require(answer.string(at: "token"))
            let verified = try await service.documented(.post, "/api/auth/verify", token: token)
            #expect(verified.bool(at: "valid") == true)
            #expect(verified.string(at: "handle") == "ada-l")
            let rows = try await service.database.read(
                "SELECT handle, genesis_number, kind FROM handles WHERE handle = 'ada_l'"
            )
            #expect(rows.first?.string(0) == "ada_l")
            #expect(rows.first?.int64(1) == 1)
            #expect(rows.first?.string(2) == "human")
        }
    }

    @Test("A taken name gives no token: not without proof, not by another's, a foreign or a revoked token")
    func takeover() async throws {
        try await withIdentity { service in
            let ada = try await service.register("ada")
            let eve = try await service.register("eve")
            let spellings: [String] = ["ada", "ADA", "@ada", " ada "]
            for name in spellings {
                for token in [nil, eve] {
                    let answer = try await service.client.post(
                        "/api/presence",
                        token: token,
                        json: TestService.registering(name)
                    )
                    #expect(answer.status == 200)
                    #expect(answer.bool(at: "success") == true)
                    #expect(answer.bool(at: "registered") == false)
                    #expect(answer.value(at: "token") == nil, "\(answer)")
                    #expect(answer.value(at: "sessionId") == nil)
                }
            }
            _ = try await service.client.post("/api/auth/logout-all", token: ada, json: [:])
            let forged = String(ada.dropLast(2)) + (ada.hasSuffix("AA") ? "BB" : "AA")
            for token in [ada, forged, "x", "sess_x.y"] {
                let answer = try await service.client.post(
                    "/api/presence",
                    token: token,
                    json: TestService.registering("ada")
                )
                #expect(answer.status == 200)
                #expect(answer.value(at: "token") == nil, "\(answer)")
            }
            let sessions = try await service.database.read("SELECT count(*) FROM sessions WHERE handle = 'ada'")
            #expect(sessions.first?.int64(0) == 1)
        }
    }

    @Test("A live token of the handle is a proof")
    func signsInAgain() async throws {
        try await withIdentity { service in
            let token = try await service.register("ada")
            let answer = try await service.documented(
                .post,
                "/api/presence",
                token: token,
                json: TestService.registering("ada")
            )
            #expect(answer.status == 200)
            #expect(answer.string(at: "action") == "login")
            let second = try #require(answer.string(at: "token"))
            #expect(second != token)
            #expect(try await service.client.get("/api/auth/sessions", token: second).int(at: "count") == 2)
        }
    }

    @Test("A token that was revoked a moment ago, unheard of yet, gives no new one")
    func revokedMeanwhile() async throws {
        // With a key, the request writes within a transaction.
        let kinds: [[(String, String)]] = [[], [("Idempotency-Key", "once")]]
        for headers in kinds {
            try await withIdentity { service in
                let token = try await service.register("ada")
                #expect(try await service.client.get("/api/auth/sessions", token: token).status == 200)
                _ = try await service.database.write("UPDATE sessions SET revoked_at = now()")
                let answer = try await service.client.request(
                    "POST",
                    "/api/presence",
                    token: token,
                    headers: headers,
                    body: .json(TestService.registering("ada"))
                )
                #expect(answer.status == 200)
                #expect(answer.bool(at: "registered") == false)
                #expect(answer.value(at: "token") == nil, "\(answer)")
                #expect(try await service.database.read("SELECT count(*) FROM sessions").first?.int64(0) == 1)
            }
        }
    }

    @Test("Whoever got a token is told it, whatever becomes of the heartbeat that came with it")
    func withoutHeartbeat() async throws {
        try await withIdentity { service in
            _ = try await service.database.write("ALTER TABLE presence RENAME TO hidden_presence")
            let token = try await service.register("ada")
            let again = try await service.client.post(
                "/api/presence",
                token: token,
                json: TestService.registering("ada")
            )
            #expect(again.status == 200)
            #expect(again.string(at: "token") != nil)
            _ = try await service.database.write("ALTER TABLE hidden_presence RENAME TO presence")
        }
    }

    @Test("A lapsed token proves nothing")
    func lapses() async throws {
        let clock = ManualClock()
        try await withIdentity(clock: clock) { service in
            let token = try await service.register("ada")
            clock.advance(by: .seconds(399 * 86_400))
            #expect(try await service.client.get("/api/auth/sessions", token: token).status == 200)
            // Used a moment ago: it slides.
            clock.advance(by: .seconds(399 * 86_400))
            #expect(try await service.client.get("/api/auth/sessions", token: token).status == 200)
            clock.advance(by: .seconds(401 * 86_400))
            #expect(try await service.client.get("/api/auth/sessions", token: token).status == 401)
            let answer = try await service.client.post(
                "/api/presence",
                token: token,
                json: TestService.registering("ada")
            )
            #expect(answer.value(at: "token") == nil)
        }
    }

    @Test("Names that nobody can have")
    func refused() async throws {
        let names: KeyValuePairs = [
            "admin": "reserved", "Claude": "reserved", "naval": "reserved", "solienne": "reserved",
            "solo-hangman": "reserved", "wordassociation-room": "reserved", "ab": "invalid_format",
            "_ada": "invalid_format", "12345": "invalid_format", "a b": "invalid_format", "adä": "invalid_format",
            "ada\u{202E}": "invalid_format", "__proto__": "invalid_format",
            String(repeating: "a", count: 33): "invalid_format",
        ]
        try await withIdentity { service in
            for (name, code) in names {
                let answer = try await service.documented(.post, "/api/presence", json: TestService.registering(name))
                #expect(answer.status == 400)
                #expect(answer.string(at: "error") == code)
                #expect(answer.string(at: "code") == code)
                #expect(answer.string(at: "field") == "username")
                #expect(answer.bool(at: "success") == false)
                #expect(answer.count(at: "suggestions") == 3, "\(name): \(answer)")
            }
        }
    }

    @Test("Suggestions are free, and not taken ones")
    func suggestions() async throws {
        try await withIdentity { service in
            _ = try await service.register("ada")
            _ = try await service.register("ada_dev")
            let answer = try await service.documented(
                .post,
                "/api/presence",
                json: ["action": "check", "username": "ADA"]
            )
            #expect(answer.bool(at: "available") == false)
            #expect(answer.string(at: "reason") == "Already registered")
            let names = answer.value(at: "suggestions")?.elements.compactMap(\.string) ?? []
            #expect(names == ["ada_ai", "ada_1", "ada_builds"])
            for name in names { _ = try await service.register(name) }
            let free = try await service.documented(
                .post,
                "/api/presence",
                json: ["action": "check", "username": "grace-h"]
            )
            #expect(free.bool(at: "available") == true)
            #expect(free.string(at: "handle") == "grace_h")
            #expect(free.value(at: "reason")?.isNull == true)
        }
    }

    @Test("Of many who claim one name at once, one gets it")
    func race() async throws {
        try await withTwoIdentities { first, second in
            let tokens = await withTaskGroup(of: String??.self) { group in
                for index in 0..<20 {
                    group.addTask {
                        let service = index.isMultiple(of: 2) ? first : second
                        let answer = try? await service.client.post(
                            "/api/presence",
                            json: TestService.registering("ada")
                        )
                        return answer.map { $0.status == 200 ? $0.string(at: "token") : "status \($0.status)" }
                    }
                }
                return await group.reduce(into: [String??]()) { $0.append($1) }
            }
            #expect(tokens.allSatisfy { $0 != .none }, "every request was answered")
            #expect(tokens.compactMap { $0 ?? nil }.count == 1)
            let rows = try await first.database.read(
                "SELECT (SELECT count(*) FROM sessions), registered, genesis_claimed FROM registration_counter"
            )
            #expect(rows.first?.int64(0) == 1)
            #expect(rows.first?.int64(1) == 1)
            #expect(rows.first?.int64(2) == 1)
        }
    }

    @Test("Founders' numbers have no gaps and end at the cap, whoever races for them")
    func genesis() async throws {
        try await withTwoIdentities(settings: ["identity.genesis_cap": "30"]) { first, second in
            let numbers = try await withThrowingTaskGroup(of: Int64?.self) { group in
                for index in 0..<50 {
                    group.addTask {
                        let service = index.isMultiple(of: 2) ? first : second
                        let answer = try await service.client.post(
                            "/api/presence",
                            json: TestService.registering("person\(index)x")
                        )
                        #expect(answer.status == 200, "\(answer)")
                        #expect(answer.string(at: "token") != nil)
                        return answer.int(at: "genesis.number")
                    }
                }
                return try await group.reduce(into: [Int64?]()) { $0.append($1) }
            }
            #expect(numbers.compactMap { $0 }.sorted() == Array(1...30))
            #expect(numbers.count { $0 == nil } == 20)
            let rows = try await first.database.read("SELECT registered, genesis_claimed FROM registration_counter")
            #expect(rows.first?.int64(0) == 50)
            #expect(rows.first?.int64(1) == 30)
            let stats = try await first.client.get("/api/stats")
            #expect(stats.int(at: "total_registered") == 50)
            #expect(stats.int(at: "genesis.genesis_remaining") == 0)
            #expect(stats.bool(at: "genesis.genesis_open") == false)
        }
    }

    @Test("Registering may end with the founders")
    func closes() async throws {
        let settings = ["identity.genesis_cap": "1", "identity.genesis_closes": "true"]
        try await withIdentity(settings: settings) { service in
            _ = try await service.register("ada")
            let answer = try await service.client.post("/api/presence", json: TestService.registering("grace"))
            #expect(answer.status == 400)
            #expect(answer.string(at: "error") == "genesis_full")
            let rows = try await service.database.read("SELECT count(*) FROM handles WHERE handle = 'grace'")
            #expect(rows.first?.int64(0) == 0)
        }
    }

    @Test("New handles, other registers and checks are counted apart, per address")
    func limits() async throws {
        let settings = [
            "identity.registers_per_hour": "2", "identity.sign_ins_per_hour": "3", "identity.checks_per_minute": "1",
        ]
        try await withIdentity(settings: settings) { service in
            _ = try await service.register("ada")
            _ = try await service.register("grace")
            let third = try await service.client.post("/api/presence", json: TestService.registering("linus"))
            #expect(third.status == 429)
            #expect(third.string(at: "error") == "rate_limited")
            #expect(third.headers["Retry-After"] != nil)
            for expected in [200, 200, 200, 429] {
                let answer = try await service.client.post("/api/presence", json: TestService.registering("ada"))
                #expect(answer.status == expected)
            }
            for expected in [200, 429] {
                let answer = try await service.client.post(
                    "/api/presence",
                    json: ["action": "check", "username": "linus"]
                )
                #expect(answer.status == expected)
            }
        }
    }

    @Test("Keys come in three spellings and are stored in one; a taken name's key is not touched")
    func keys() async throws {
        let raw = [UInt8](0..<32)
        let spki: [UInt8] = [0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00] + raw
        let base64 = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
        let spellings = [Self.base64(spki), "ed25519:" + base64, "ed25519:" + Self.base64(spki)]
        try await withIdentity { service in
            for (index, key) in spellings.enumerated() {
                _ = try await service.register("keyed\(index)", ["publicKey": .string(key)])
                let identity = try await service.documented(.get, "/api/identity/keyed\(index)")
                #expect(identity.string(at: "publicKey") == "ed25519:" + base64)
                #expect(identity.string(at: "identity.public_key") == "ed25519:" + base64)
            }
            let other = "ed25519:" + Self.base64([UInt8](repeating: 7, count: 32))
            _ = try await service.client.post(
                "/api/presence",
                json: TestService.registering("keyed0", ["publicKey": .string(other)])
            )
            #expect(
                try await service.client.get("/api/identity/keyed0").string(at: "publicKey") == "ed25519:" + base64
            )
            let bad = try await service.client.post(
                "/api/presence",
                json: TestService.registering("keyed9", ["publicKey": "nonsense"])
            )
            #expect(bad.status == 400)
            #expect(bad.string(at: "field") == "publicKey")
        }
    }

    private static func base64(_ bytes: [UInt8]) -> String {
        let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
        var text = ""
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let group = Array(bytes[start..<min(start + 3, bytes.count)])
            let value = group.enumerated().reduce(0) { $0 | Int($1.element) << (16 - 8 * $1.offset) }
            for place in 0..<4 { text.append(place <= group.count ? letters[value >> (18 - 6 * place) & 63] : "=") }
        }
        return text
    }

    @Test("A placeholder's name is free; claiming it wipes what strangers wrote under it")
    func placeholders() async throws {
        try await withIdentity { service in
            _ = try await service.client.post("/api/users", json: ["username": "grace", "building": "lies"])
            let token = try await service.register("grace")
            let user = try await service.documented(.get, "/api/users?user=grace", token: token)
            #expect(user.string(at: "user.building") == "something cool")
            #expect(user.bool(at: "user.unverified") == false)
        }
    }
}
