import Identity
import JSONText
import Kernel
import KernelTesting
import Postgres
import Testing

@Suite("Heartbeats")
struct HeartbeatTests {
    @Test("A heartbeat needs a token, and only tells of its owner")
    func authentication() async throws {
        try await withIdentity { service in
            _ = try await service.register("ada")
            let eve = try await service.register("eve")
            for path in ["/api/presence", "/api/v2/presence", "/api/presence/heartbeat"] {
                let answer = try await service.client.post(path, json: ["username": "ada", "handle": "ada"])
                #expect(answer.status == 401)
                #expect(answer.string(at: "error")?.contains("Authentication") == true)
                let foreign = try await service.client.post(path, token: eve, json: ["username": "ada"])
                #expect(foreign.status == 403)
            }
            #expect(try await service.client.delete("/api/presence?username=ada").status == 401)
            #expect(try await service.client.delete("/api/presence?username=ada", token: eve).status == 403)
        }
    }

    @Test("What is not said stays, null and empty text clear, moods stay until they are taken back")
    func merge() async throws {
        let clock = ManualClock()
        try await withIdentity(clock: clock) { service in
            let token = try await service.register("ada")
            func beat(_ body: JSON) async throws -> HTTPAnswer {
                clock.advance(by: .seconds(10))
                let answer = try await service.documented(.post, "/api/presence", token: token, json: body)
                #expect(answer.status == 200, "\(answer)")
                return answer
            }
            let first = try await beat([
                "workingOn": "the engine", "project": "engine", "location": "London",
                "context": ["file": "a.swift", "branch": "main", "tools": ["swift", 1, nil], "mood": "🚀"],
            ])
            #expect(first.string(at: "presence.workingOn") == "the engine")
            #expect(first.string(at: "presence.mood") == "🚀")
            #expect(first.bool(at: "presence.mood_inferred") == false)
            #expect(first.string(at: "presence.file") == "a.swift")

            let second = try await beat(["workingOn": "", "context": ["file": nil, "note": "hi"]])
            #expect(second.string(at: "presence.workingOn") == "the engine")
            #expect(second.string(at: "presence.project") == "engine")
            #expect(second.string(at: "presence.location") == "London")
            #expect(second.value(at: "presence.context.file") == nil)
            #expect(second.string(at: "presence.context.branch") == "main")
            #expect(second.string(at: "presence.context.note") == "hi")
            #expect(second.string(at: "presence.context.tools[0]") == "swift")
            #expect(second.string(at: "presence.mood") == "🚀", "an absent mood keeps")
            #expect(second.string(at: "presence.firstSeen") == first.string(at: "presence.firstSeen"))
            #expect(second.string(at: "presence.lastSeen") != first.string(at: "presence.lastSeen"))

            let third = try await beat(["context": ["mood": nil]])
            #expect(third.value(at: "presence.mood")?.isNull == true)

            let flat = try await service.documented(
                .post,
                "/api/v2/presence",
                token: token,
                json: [
                    "workingOn": "notes", "mood": "☕", "file": "b.swift", "awayMessage": "lunch", "source": "mcp",
                    "reach_via": ["terminal"],
                ]
            )
            #expect(flat.string(at: "presence.mood") == "☕")
            #expect(flat.string(at: "presence.context.awayMessage") == "lunch")
            #expect(flat.string(at: "presence.context.awayAt")?.utf8.count == 27)
            #expect(flat.string(at: "presence.sources[0]") == "mcp")
            #expect(flat.string(at: "presence.reach_via[0]") == "terminal")
            let back = try await service.beat(token, ["awayMessage": ""], path: "/api/v2/presence")
            #expect(back.value(at: "presence.context.awayMessage") == nil)
            #expect(back.value(at: "presence.context.awayAt") == nil)
        }
    }

    @Test("The table holds what the answers said")
    func flush() async throws {
        try await withIdentity { service in
            let token = try await service.register("ada")
            try await service.beat(token, ["workingOn": "a", "context": ["file": "x", "note": "n", "mood": "🚀"]])
            try await Self.written(service, "working_on = 'a' AND mood = '🚀'")
            try await service.beat(token, ["workingOn": "b", "context": ["file": nil, "n": 1]])
            try await Self.written(service, "working_on = 'b' AND mood = '🚀'")
            let context = try await service.database.read("SELECT context - 'updatedAt' FROM presence")
            #expect(try context.first?.decode(PostgresJSONB.self, 0).text == #"{"n": 1, "mood": "🚀", "note": "n"}"#)
            try await service.beat(token, ["mood": nil])
            try await Self.written(service, "mood IS NULL AND mood_inferred IS NULL")
        }
    }

    private static func written(_ service: TestService, _ condition: String) async throws {
        try await eventually("the table holds \(condition)") {
            let query = PostgresQuery(sql: "SELECT count(*) FROM presence WHERE username = 'ada' AND \(condition)")
            return try await service.database.read(query).first?.int64(0) == 1
        }
    }

    @Test("Moods are guessed from errors, files and the hour where somebody lives")
    func moods() async throws {
        // 16:00 in London, 23:00 in Bangkok.
        let clock = ManualClock()
        try await withIdentity(clock: clock) { service in
            let ada = try await service.register("ada")
            func mood(_ answer: HTTPAnswer) -> [String?] {
                [answer.string(at: "presence.mood"), answer.string(at: "presence.mood_reason")]
            }
            #expect(mood(try await service.beat(ada, ["context": ["file": "a"]])) == [nil, nil])
            let changed = try await service.beat(ada, ["context": ["file": "b"]])
            #expect(mood(changed) == ["🔥", "file changed"])
            #expect(changed.bool(at: "presence.mood_inferred") == true)
            #expect(mood(try await service.beat(ada, ["context": ["error": "boom"]])) == ["🐛", "error shared"])

            let niran = try await service.register("niran")
            let zone = try await service.documented(
                .post,
                "/api/users",
                token: niran,
                json: ["username": "niran", "timezone": "Asia/Bangkok"]
            )
            #expect(zone.string(at: "user.timeZone") == "Asia/Bangkok")
            let late = try await service.beat(niran, ["file": "c"])
            #expect(mood(late) == ["🌙", "late night session"])
        }
    }

    @Test("An agent's heartbeat counts files")
    func agents() async throws {
        let clock = ManualClock()
        try await withIdentity(clock: clock) { service in
            let token = try await service.register("bot_a", ["isAgent": true, "human_present": false])
            for file in ["a", "b", "c"] {
                clock.advance(by: .seconds(60))
                let answer = try await service.documented(
                    .post,
                    "/api/presence/heartbeat",
                    token: token,
                    json: ["handle": "bot_a", "one_liner": "building", "file": .string(file), "branch": "main"]
                )
                #expect(answer.int(at: "timestamp") == clock.now.microseconds / 1_000)
                if file == "c" { #expect(answer.string(at: "mood_reason") == "3 files in 10m") }
            }
            let row = try await service.client.get("/api/presence").value(at: "active")?.elements
                .first { $0["username"]?.string == "bot_a" }
            #expect(row?["isAgent"]?.bool == true)
            #expect(row?["human_present"]?.bool == false)
            #expect(row?["workingOn"]?.string == "building")
        }
    }

    @Test("Input that is wrong names its field and changes nothing; input that is strange is kept")
    func badInput() async throws {
        try await withIdentity { service in
            let token = try await service.register("ada")
            try await service.beat(token, ["workingOn": "before"])
            let deep = String(repeating: "[", count: 10_000) + String(repeating: "]", count: 10_000)
            let bodies: [(String, String?)] = [
                (#"{"workingOn": 1}"#, "workingOn"), (#"{"workingOn": "a\u0000b"}"#, "workingOn"),
                (#"{"context": "x"}"#, "context"), (#"{"context": {"file": 7}}"#, "context.file"),
                (#"{"context": {"x": 1e400}}"#, "context.x"), (#"{"context": {"x": ["\u0000"]}}"#, "context.x"),
                (#"{"context": {"": 1}}"#, "context"), (#"{"mood": {}}"#, "mood"),
                (#"{"human_present": "yes"}"#, "human_present"), (#"{"source": "s", "reach_via": "x"}"#, "reach_via"),
                (#"{"action": "explode"}"#, "action"), (#"{"action": 1}"#, "action"),
                (#"{"workingOn": "\#(String(repeating: "w", count: 501))"}"#, "workingOn"),
                (#"{"context": {"x": "\#(String(repeating: "w", count: 9_000))"}}"#, "context"),
                (#"{"username": "../../etc"}"#, "username"), (#"{"typingTo": {}}"#, "typingTo"),
                (#"{"context": {"x": \#(deep)}}"#, nil), (#"{"workingOn": "a"#, nil), ("[]", nil), ("null", nil),
                ("\"x\"", nil),
            ]
            for (body, field) in bodies {
                let answer = try await service.client.request(
                    "POST",
                    "/api/presence",
                    token: token,
                    body: .text(body)
                )
                #expect(answer.status == 400, "\(body.prefix(60)): \(answer)")
                #expect(answer.string(at: "field") == field, "\(body.prefix(60)): \(answer)")
            }
            let strange = try await service.client.request(
                "POST",
                "/api/presence",
                token: token,
                body: .text(
                    #"{"context": {"note": "\ud800x", "__proto__": {"a": "\udfff"}, "n": 9223372036854775808, "#
                        + #""rtl": "\u202e"}}"#
                )
            )
            #expect(strange.status == 200, "\(strange)")
            #expect(strange.string(at: "presence.note") == "\u{FFFD}x")
            #expect(strange.string(at: "presence.context.__proto__.a") == "\u{FFFD}")
            #expect(strange.string(at: "presence.workingOn") == "before")
            try await Self.written(service, "context ->> 'rtl' = U&'\\202E'")
        }
    }

    @Test("A day is told once, however many heartbeats and instances it has")
    func personActive() async throws {
        let clock = ManualClock()
        try await withSharedDatabase(and: [DayCounter()]) { database in
            try await withIdentity(clock: clock, database: database, and: [DayCounter()]) { first in
                try await withIdentity(clock: clock, database: database, and: [DayCounter()]) { second in
                    let token = try await first.register("ada")
                    for _ in 0..<5 {
                        for service in [first, second] { try await service.beat(token) }
                    }
                    try await eventually("the day is told") { try await Self.days(database) == ["2026-01-08"] }
                    clock.advance(by: .seconds(86_400))
                    for service in [first, second, first] { try await service.beat(token) }
                    try await eventually("the next day is told") {
                        try await Self.days(database) == ["2026-01-08", "2026-01-09"]
                    }
                }
            }
            // Both instances have flushed what they had: there is no third row.
            #expect(try await Self.days(database) == ["2026-01-08", "2026-01-09"])
        }
    }

    private static func days(_ database: TestDatabase) async throws -> [String] {
        try await database.client.read("SELECT day FROM counted_days ORDER BY day, at").map { $0.string(0) }
    }
}
