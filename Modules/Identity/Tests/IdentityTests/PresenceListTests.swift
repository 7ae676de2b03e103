import Contracts
import Identity
import JSONText
import Kernel
import KernelTesting
import Postgres
import Testing

@Suite("Presence lists")
struct PresenceListTests {
    @Test("People move from active to away to recent to nowhere, newest first")
    func ages() async throws {
        let clock = ManualClock()
        try await withIdentity(clock: clock) { service in
            let ada = try await service.register("ada")
            let grace = try await service.register("grace-h")
            try await service.beat(ada, ["workingOn": "release day"])
            clock.advance(by: .seconds(60))
            try await service.beat(grace)
            let list = try await service.documented(.get, "/api/presence")
            let names = list.value(at: "active")?.elements.compactMap { $0["username"]?.string }
            #expect(names == ["grace-h", "vibe", "ada"] || names == ["grace-h", "ada", "vibe"])
            #expect(list.int(at: "counts.active") == 3)
            #expect(list.int(at: "counts.total") == 3)
            #expect(list.count(at: "users") == 3)
            let row = try #require(list.value(at: "active")?.elements.first { $0["username"]?.string == "ada" })
            #expect(row["ago"]?.string == "1m")
            #expect(row["builderMode"]?.string == "shipping")
            #expect(row["handle"]?.string == "ada")

            clock.advance(by: .seconds(1_800 - 60))
            let later = try await service.documented(.get, "/api/v2/presence", token: ada)
            #expect(later.string(at: "away[0].username") == "ada")
            #expect(later.string(at: "away[0].ago") == "30m")
            #expect(later.string(at: "away[0].builderMode") == "idle")
            #expect(later.int(at: "counts.away") == 1)

            try await eventually("both are in the table") {
                try await service.database.read("SELECT count(*) FROM presence").first?.int64(0) == 2
            }
            clock.advance(by: .seconds(5_400 + 61))
            let recent = try await service.documented(.get, "/api/v2/presence?include=recent")
            #expect(recent.count(at: "users") == 1, "only the house is here")
            let handles = recent.value(at: "recent")?.elements.compactMap { $0["handle"]?.string }
            #expect(handles == ["grace-h", "ada"])
            #expect(recent.string(at: "recent[0].lastSeen") != nil)
            #expect(try await service.activeNames() == ["vibe"])

            // Back after more than two hours: a new stay begins.
            let back = try await service.beat(ada)
            #expect(back.string(at: "presence.firstSeen") == back.string(at: "presence.lastSeen"))
            #expect(back.string(at: "presence.workingOn") == "release day")
        }
    }

    @Test("A reader sees their own heartbeat at once, other instances see it soon, and a merge of both in the end")
    func instances() async throws {
        try await withTwoIdentities { first, second in
            let token = try await first.register("ada")
            try await first.beat(token, ["workingOn": "here", "project": "engine"])
            #expect(try await first.activeNames().contains("ada"))
            try await eventually("the other instance shows it") { try await second.activeNames().contains("ada") }
            try await second.beat(token, ["workingOn": "there"])
            for service in [first, second] {
                try await eventually("both show the merge") {
                    let list = try await service.client.get("/api/presence")
                    let row = list.value(at: "active")?.elements.first { $0["username"]?.string == "ada" }
                    return row?["workingOn"]?.string == "there" && row?["project"]?.string == "engine"
                }
            }
        }
    }

    @Test("Leaving takes effect everywhere, until the next heartbeat")
    func leaving() async throws {
        try await withTwoIdentities { first, second in
            let token = try await first.register("ada")
            try await first.beat(token)
            try await eventually("the other instance shows it") { try await second.activeNames().contains("ada") }
            let left = try await first.documented(.delete, "/api/presence?username=ada", token: token)
            #expect(left.status == 200)
            #expect(try await first.activeNames().contains("ada") == false)
            try await eventually("the other instance hears it") {
                try await second.activeNames().contains("ada") == false
            }
            try await second.beat(token)
            #expect(try await second.activeNames().contains("ada"))
            try await eventually("the first hears it") { try await first.activeNames().contains("ada") }
        }
    }

    @Test("A stopped service has written its last heartbeats")
    func stops() async throws {
        try await withSharedDatabase { database in
            try await withIdentity(database: database) { service in
                let token = try await service.register("ada")
                try await service.beat(token, ["workingOn": "the end"])
            }
            let rows = try await database.client.read("SELECT working_on FROM presence WHERE username = 'ada'")
            #expect(rows.first?.string(0) == "the end")
        }
    }

    @Test("At most 100 are shown, the house among them")
    func limit() async throws {
        try await withSharedDatabase { database in
            _ = try await database.client.write(
                """
                WITH people AS (
                    INSERT INTO handles (handle, shown) SELECT 'person' || n, 'person' || n FROM generate_series(1, 300) AS n
                    RETURNING handle
                )
                INSERT INTO presence (username, first_seen, last_seen)
                SELECT handle, now(), now() - substr(handle, 7)::int * interval '1 second' FROM people
                """
            )
            try await withIdentity(database: database) { service in
                let names = try await service.activeNames()
                #expect(names.count == 100)
                #expect(names.contains("vibe"))
                #expect(names.filter { $0 != "vibe" } == (1...99).map { "person\($0)" })
                let stats = try await service.client.get("/api/stats")
                #expect(stats.int(at: "active_now") == 300)
            }
        }
    }

    @Test("Who, in the older form")
    func who() async throws {
        let clock = ManualClock()
        try await withIdentity(clock: clock) { service in
            let ada = try await service.register("ada")
            try await service.beat(ada, ["workingOn": "x", "file": "a.swift", "note": "hello"])
            clock.advance(by: .seconds(240))
            let grace = try await service.register("grace")
            try await service.beat(grace)
            clock.advance(by: .seconds(120))
            let answer = try await service.documented(.get, "/api/presence/who")
            let rows = answer.value(at: "users")?.elements.filter { $0["handle"]?.string != "vibe" } ?? []
            #expect(rows.compactMap { $0["handle"]?.string } == ["grace", "ada"])
            #expect(rows.compactMap { $0["status"]?.string } == ["active", "idle"])
            #expect(rows.last?["file"]?.string == "a.swift")
            #expect(rows.last?["last_seen"]?.string == "6m ago")
            #expect(rows.last?["lastSeen"]?.int64 == (clock.now.microseconds / 1_000) - 360_000)
        }
    }

    @Test("Typing is seen by whom it is meant for, on every instance, for five seconds")
    func typing() async throws {
        let clock = ManualClock()
        try await withTwoIdentities(clock: clock) { first, second in
            let ada = try await first.register("ada")
            let grace = try await first.register("grace")
            let sent = try await first.documented(.post, "/api/presence", token: ada, json: ["typingTo": "@Grace"])
            #expect(sent.string(at: "expiresIn") == "5s")
            let seen = try await second.documented(.get, "/api/presence?user=grace&typing=true", token: grace)
            #expect(seen.string(at: "typingUsers[0]") == "ada")
            #expect(seen.int(at: "count") == 1)
            #expect(try await second.client.get("/api/presence?user=grace&typing=true", token: ada).status == 403)
            #expect(try await second.client.get("/api/presence?user=grace&typing=true").status == 401)
            #expect(try await first.client.post("/api/presence", json: ["typingTo": "grace"]).status == 401)
            clock.advance(by: .seconds(5))
            let over = try await second.client.get("/api/presence?user=grace&typing=true", token: grace)
            #expect(over.int(at: "count") == 0)
            let nobody = try await first.client.post("/api/presence", token: ada, json: ["typingTo": "solo-hangman"])
            #expect(nobody.status == 200)
        }
    }

    @Test("Somebody whose handle changed is not shown as before, even while they cannot be read again")
    func unreadable() async throws {
        try await withIdentity { service in
            let ada = try await service.register("ada")
            try await service.beat(ada)
            try await eventually("the heartbeat is written") {
                try await service.database.read("SELECT count(*) FROM presence").first?.int64(0) == 1
            }
            _ = try await service.database.write([
                "ALTER TABLE presence RENAME TO hidden_presence",
                "INSERT INTO identity_changes (kind, subject) VALUES ('person', 'ada')",
            ])
            try await eventually("she is gone") { try await service.activeNames() == ["vibe"] }
            _ = try await service.database.write([
                "ALTER TABLE hidden_presence RENAME TO presence",
                "UPDATE handles SET shown = 'Ada' WHERE handle = 'ada'",
            ])
            try await eventually("she is back") { try await service.activeNames().contains("Ada") }
        }
    }

    @Test("A reader does not see whom they blocked")
    func blocks() async throws {
        try await withIdentity(and: [Blocks()]) { service in
            let ada = try await service.register("ada")
            let eve = try await service.register("eve")
            try await service.beat(ada)
            try await service.beat(eve)
            #expect(try await service.activeNames(token: ada).contains("eve") == false)
            #expect(try await service.activeNames(token: ada).contains("ada"))
            #expect(try await service.activeNames(token: eve).contains("eve"))
            #expect(try await service.activeNames().contains("eve"))
        }
    }
}

/// Ada blocked Eve.
private final class Blocks: FeatureModule, BlockList {
    let manifest = ModuleManifest(name: "blocks", summary: "Blocks", requires: ["identity"])
    let openAPI = "paths: {}\n"

    func register(in registrar: ModuleRegistrar) throws {
        registrar.provide(self, as: (any BlockList).self)
    }

    func hidden(from reader: String) async throws -> Set<String> {
        reader == "ada" ? ["eve"] : []
    }
}
