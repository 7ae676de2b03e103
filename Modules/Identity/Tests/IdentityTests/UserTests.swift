import Identity
import JSONText
import Kernel
import KernelTesting
import Postgres
import Testing

@Suite("Users")
struct UserTests {
    @Test("Without a token a profile can be made, but nothing changed that is there")
    func unverified() async throws {
        try await withIdentity { service in
            let token = try await service.register("ada")
            func building() async throws -> String? {
                try await service.documented(.get, "/api/users?user=ada").string(at: "user.building")
            }
            // What real clients send right after the login.
            let first = try await service.documented(
                .post,
                "/api/users",
                json: ["username": "ada", "building": "an engine", "publicKey": "x"]
            )
            #expect(first.status == 200)
            #expect(first.string(at: "user.building") == "an engine")
            #expect(first.bool(at: "user.unverified") == true)
            #expect(first.value(at: "user.publicKey")?.isNull == true)
            for text in ["something cool", "lies", ""] {
                let answer = try await service.documented(
                    .post,
                    "/api/users",
                    json: ["username": "ADA", "building": .string(text), "timezone": "x"]
                )
                #expect(answer.status == 200)
                #expect(try await building() == "an engine")
            }
            let own = try await service.documented(
                .post,
                "/api/users",
                token: token,
                json: ["username": "ada", "building": "the engine"]
            )
            #expect(own.string(at: "user.building") == "the engine")
            #expect(own.bool(at: "user.unverified") == false)
            _ = try await service.client.post("/api/users", json: ["username": "ada", "building": "lies"])
            #expect(try await building() == "the engine")
            let eve = try await service.register("eve")
            let foreign = try await service.client.post(
                "/api/users",
                token: eve,
                json: ["username": "ada", "building": "lies"]
            )
            #expect(foreign.status == 403)
            #expect(try await building() == "the engine")
        }
    }

    @Test("A minute after registering, an empty profile too can only be filled by its owner")
    func loginFlow() async throws {
        let clock = ManualClock()
        try await withIdentity(clock: clock) { service in
            for (name, wait, expected) in [("ada", 59, "an engine"), ("grace", 61, "something cool")] {
                _ = try await service.register(name)
                clock.advance(by: .seconds(wait))
                let answer = try await service.client.post(
                    "/api/users",
                    json: ["username": .string(name), "building": "an engine"]
                )
                #expect(answer.status == 200)
                #expect(answer.bool(at: "isNew") == false)
                #expect(answer.string(at: "user.building") == expected)
                #expect(answer.bool(at: "user.unverified") == (expected == "an engine"))
            }
            // Somebody who was imported, with a name alone.
            _ = try await service.database.write(
                "INSERT INTO handles (handle, shown, registered_at) VALUES ('linus', 'linus', '2025-01-01')"
            )
            _ = try await service.client.post("/api/users", json: ["username": "linus", "building": "lies"])
            #expect(try await service.database.read("SELECT FROM users WHERE username = 'linus'").isEmpty)
        }
    }

    @Test("What strangers write under a name that nobody has is shown to nobody")
    func noText() async throws {
        try await withIdentity { service in
            let made = try await service.client.post("/api/users", json: ["username": "grace", "building": "lies"])
            #expect(made.bool(at: "isNew") == true)
            let again = try await service.client.post("/api/users", json: ["username": "grace", "building": "lies"])
            #expect(again.bool(at: "isNew") == false)
            let user = try await service.client.get("/api/users?user=grace")
            #expect(user.string(at: "user.building") == "something cool")
        }
    }

    @Test("New names without a token are counted per address and day, and not every name can be written")
    func limits() async throws {
        let clock = ManualClock()
        try await withIdentity(settings: ["identity.unverified_names_per_day": "2"], clock: clock) { service in
            _ = try await service.register("ada")
            func status(_ name: String) async throws -> Int {
                try await service.client.post("/api/users", json: ["username": .string(name)]).status
            }
            #expect(try await status("grace") == 200)
            #expect(try await status("linus") == 200)
            #expect(try await status("edsger") == 429)
            #expect(try await status("grace") == 200, "a name that is there makes no row")
            #expect(try await status("ada") == 200)
            clock.advance(by: .seconds(86_400))
            #expect(try await status("edsger") == 200)
            let reserved = try await service.documented(.post, "/api/users", json: ["username": "claude"])
            #expect(reserved.status == 400)
            #expect(reserved.string(at: "code") == "reserved")
        }
    }

    @Test("A user for a name that nobody has is kept apart from people")
    func strangers() async throws {
        try await withIdentity { service in
            _ = try await service.register("ada")
            let made = try await service.documented(.post, "/api/users", json: ["username": "grace"])
            #expect(made.bool(at: "isNew") == true)
            #expect(made.bool(at: "user.unverified") == true)
            #expect(try await service.documented(.get, "/api/users?user=grace").status == 200)
            #expect(try await service.documented(.get, "/api/identity/grace").status == 404)
            let all = try await service.documented(.get, "/api/users?all=true")
            #expect(all.int(at: "count") == 1)
            #expect(all.string(at: "users[0].username") == "ada")
            for name in ["vibe", "solo-hangman", "12", "a b"] {
                let answer = try await service.client.post("/api/users", json: ["username": .string(name)])
                #expect(answer.status == (name == "vibe" ? 200 : 400), "\(name): \(answer)")
            }
            let vibe = try await service.client.get("/api/users?user=vibe")
            #expect(vibe.bool(at: "user.unverified") == false)
            #expect(try await service.documented(.get, "/api/users?user=nobody").status == 404)
            #expect(try await service.documented(.get, "/api/users").status == 400)
            #expect(try await service.documented(.post, "/api/users", json: [:]).status == 400)
        }
    }

    @Test("An owner's time zone is checked, an owner's key is set once")
    func own() async throws {
        try await withIdentity { service in
            let token = try await service.register("ada")
            for zone in ["Europe/Berlin", "America/Argentina/Buenos_Aires", "UTC"] {
                let answer = try await service.documented(
                    .post,
                    "/api/users",
                    token: token,
                    json: ["timezone": .string(zone)]
                )
                #expect(answer.string(at: "user.timeZone") == zone)
            }
            for zone in ["Mars/Olympus", "CET'; DROP TABLE users", "../../etc/passwd", "+02:00"] {
                let answer = try await service.client.post(
                    "/api/users",
                    token: token,
                    json: ["timezone": .string(zone)]
                )
                #expect(answer.status == 400, "\(zone)")
                #expect(answer.string(at: "field") == "timezone")
            }
            let key = "ed25519:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
            let other = "ed25519:AQECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
            for text in [key, other] {
                let answer = try await service.documented(
                    .post,
                    "/api/users",
                    token: token,
                    json: ["publicKey": .string(text), "inviteCode": "VIBE-1"]
                )
                #expect(answer.string(at: "user.publicKey") == key)
                #expect(answer.string(at: "user.inviteCode") == "VIBE-1")
            }
            let seen = try await service.client.get("/api/users?user=ada")
            #expect(seen.value(at: "user.inviteCode")?.isNull == true)
        }
    }

    @Test("All people, page by page")
    func pages() async throws {
        try await withIdentity { service in
            for name in ["ada", "grace", "linus", "edsger", "barbara"] { _ = try await service.register(name) }
            var names: [String] = []
            var path = "/api/users?all=true&limit=2"
            while true {
                let page = try await service.documented(.get, path)
                names += page.value(at: "users")?.elements.compactMap { $0["username"]?.string } ?? []
                guard let next = page.string(at: "next") else { break }
                path = "/api/users?all=true&limit=2&cursor=\(next)"
            }
            #expect(names == ["barbara", "edsger", "linus", "grace", "ada"])
            let bad = ["x", Cursor(["\(Int64.max)", "ada"]).text, Cursor(["\(Int64.min)", "ada"]).text]
            for cursor in bad {
                let answer = try await service.client.get("/api/users?all=true&cursor=\(cursor)")
                #expect(answer.status == 400)
                #expect(answer.string(at: "code") == "invalid_cursor")
            }
        }
    }

    @Test("What an AIRC client must know")
    func wellKnown() async throws {
        try await withIdentity { service in
            let answer = try await service.documented(.get, "/.well-known/airc")
            #expect(answer.status == 200)
            #expect(answer.string(at: "protocol") == "AIRC")
            #expect(answer.string(at: "endpoints.presence")?.hasSuffix("/api/presence") == true)
        }
    }
}
