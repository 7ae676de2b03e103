import Contracts
import JSONText
import Kernel
import KernelTesting
import Postgres
import Testing

@testable import SocialGraph

@Suite("Explore", .serialized)
struct ExploreTests {
    /// ada (genesis), grace-h (verified), eve and bot (an agent), each seen an hour after the next.
    private func withCrowd(_ body: (TestService, Crowd, ManualClock) async throws -> Void) async throws {
        let crowd = Crowd(["ada", "grace-h", "eve"], agents: ["bot"])
        let clock = ManualClock()
        func seen(_ hours: Int64) -> PostgresTimestamp {
            PostgresTimestamp(microseconds: clock.now.microseconds - hours * 3_600_000_000)
        }
        for profile in [
            StandInPeople.profile(
                crowd.person("ada"),
                building: "a compiler",
                lastActiveAt: seen(1),
                genesisNumber: 1
            ),
            StandInPeople.profile(crowd.person("grace_h"), lastActiveAt: seen(2), verified: "github"),
            StandInPeople.profile(crowd.person("eve"), building: "Compiler tools", lastActiveAt: seen(200)),
            StandInPeople.profile(crowd.person("bot"), building: "answers", lastActiveAt: seen(900)),
        ] { crowd.standIn.set(profile) }
        try await withSocialGraph(crowd.people, crowd.standIn, clock: clock) { service in
            try await service.change(
                "ada",
                ["interests": ["rust", "machine learning"], "bio": "José's friend"],
                crowd
            )
            try await service.change("grace_h", ["interests": ["rust"]], crowd)
            for name in ["eve", "bot"] { try await service.index(name, crowd) }
            try await body(service, crowd, clock)
        }
    }

    private func found(_ service: TestService, _ query: String, as viewer: String? = nil) async throws -> [String] {
        try await service.call(.get, "/api/explore\(query)", as: viewer).strings("people", "handle")
    }

    @Test("Everybody, whoever was seen last first, page by page")
    func pages() async throws {
        try await withCrowd { service, _, _ in
            #expect(try await found(service, "") == ["ada", "grace-h", "eve", "bot"])
            var names: [String] = []
            var query = "?limit=1"
            for page in 1...4 {
                let answer = try await service.call(.get, "/api/explore\(query)")
                names += answer.strings("people", "handle")
                #expect((answer.string(at: "next") != nil) == (page < 4))
                query = "?limit=1&cursor=\(answer.string(at: "next") ?? "")"
            }
            #expect(names == ["ada", "grace-h", "eve", "bot"])
            let card = try await service.call(.get, "/api/explore?limit=1")
            #expect(card.string(at: "people[0].building") == "a compiler")
            #expect(card.string(at: "people[0].bio") == "José's friend")
            #expect(card.string(at: "people[0].tier") == "genesis")
            #expect(card.int(at: "people[0].genesisNumber") == 1)
        }
    }

    @Test("Filters, alone and together")
    func filters() async throws {
        let cases: [(String, [String])] = [
            ("?interest=Rust", ["ada", "grace-h"]), ("?interest=machine%20learning", ["ada"]),
            ("?interest=compiler", []),
            ("?tier=genesis", ["ada"]), ("?tier=verified", ["grace-h"]), ("?tier=member", ["eve", "bot"]),
            ("?type=agents", ["bot"]), ("?type=people", ["ada", "grace-h", "eve"]),
            ("?type=all&tier=member", ["eve", "bot"]),
            ("?active=day", ["ada", "grace-h"]), ("?active=week", ["ada", "grace-h"]),
            ("?active=month", ["ada", "grace-h", "eve"]),
            ("?interest=rust&tier=verified&active=day&type=people", ["grace-h"]), ("?tier=member&active=day", []),
        ]
        try await withCrowd { service, _, _ in
            for (query, names) in cases {
                let answer = try await found(service, query)
                #expect(answer == names, "\(query)")
            }
        }
    }

    @Test("Words, in any spelling; all of them must be there; names come first")
    func words() async throws {
        try await withCrowd { service, _, _ in
            for (query, names) in [
                ("compiler", ["ada", "eve"]), ("COMPILER", ["ada", "eve"]), ("compiler+tools", ["eve"]),
                ("jose", ["ada"]),
                ("Jos%C3%A9", ["ada"]), ("rust", ["ada", "grace-h"]), ("learning", ["ada"]), ("grace-h", ["grace-h"]),
                ("%40GRACE", ["grace-h"]), ("gr", ["grace-h"]), ("%F0%9F%94%A5", []), ("%27%20%7C%20%26%20!%28", []),
                ("compiler%27", ["ada", "eve"]), ("ev", ["eve"]),
            ] {
                #expect(try await found(service, "?q=\(query)") == names, "\(query)")
            }
            let filtered = try await found(service, "?search=compiler&type=people&tier=genesis")
            #expect(filtered == ["ada"])
            #expect(try await found(service, "?q=bot&type=people") == [])
        }
    }

    @Test("A name at the top of the first page is not repeated on the next")
    func namesOnce() async throws {
        let names = (0..<7).map { "comp\($0)" }
        let crowd = Crowd(["compiler"] + names)
        for name in names {
            crowd.standIn.set(StandInPeople.profile(crowd.person(name), building: "a compiler"))
        }
        try await withSocialGraph(crowd.people, crowd.standIn, clock: ManualClock()) { service in
            try await service.index(crowd)
            for limit in [1, 2, 5, 6, 100] {
                var seen: [String] = []
                var query = "?q=compiler&limit=\(limit)"
                repeat {
                    let answer = try await service.call(.get, "/api/explore\(query)")
                    seen += answer.strings("people", "handle")
                    query = answer.string(at: "next").map { "?q=compiler&limit=\(limit)&cursor=\($0)" } ?? ""
                } while !query.isEmpty && seen.count < 20
                #expect(seen.first == "compiler")
                #expect(seen.count == 8 && Set(seen).count == 8, "\(limit): \(seen)")
            }
        }
    }

    @Test("Typing errors are forgiven when little is found, and the answer says how it read them")
    func tolerance() async throws {
        try await withCrowd { service, _, _ in
            let answer = try await service.call(.get, "/api/explore?q=compilr")
            #expect(answer.strings("people", "handle") == ["ada", "eve"])
            #expect(answer.string(at: "readAs[0].word") == "compilr")
            #expect(answer.string(at: "readAs[0].as[0]") == "compiler")
            #expect(
                try await service.call(.get, "/api/explore?q=compilr+toools").strings("people", "handle") == ["eve"]
            )
            // The pages that follow read it the same way.
            let first = try await service.call(.get, "/api/explore?q=compilr&limit=1")
            let next = try #require(first.string(at: "next"))
            #expect(try await found(service, "?q=compilr&limit=1&cursor=\(next)") == ["eve"])
            #expect(try await found(service, "?q=zzzzzz") == [])
        }
    }

    @Test("Enough exact finds need no forgiveness")
    func exact() async throws {
        let crowd = Crowd(["one", "two", "three", "typo"])
        for name in ["one", "two", "three"] {
            crowd.standIn.set(StandInPeople.profile(crowd.person(name), building: "engines"))
        }
        crowd.standIn.set(StandInPeople.profile(crowd.person("typo"), building: "enginess"))
        try await withSocialGraph(crowd.people, crowd.standIn, clock: ManualClock()) { service in
            try await service.index(crowd)
            #expect(try await Set(found(service, "?q=engines")) == ["one", "two", "three"])
            #expect(try await service.call(.get, "/api/explore?q=engines").value(at: "readAs") == nil)
            #expect(try await found(service, "?q=enginess").count == 4)
        }
    }

    @Test("Nobody who is not to be seen: hidden, for members, blocked, muted")
    func hiding() async throws {
        try await withCrowd { service, crowd, _ in
            try await service.call(.patch, "/api/profile", as: "ada", ["visibility": "members"])
            #expect(try await found(service, "?type=people") == ["grace-h", "eve"])
            #expect(try await found(service, "?type=people", as: "eve") == ["ada", "grace-h", "eve"])
            #expect(try await found(service, "?q=compiler") == ["eve"])
            #expect(try await found(service, "?q=ada") == [])
            // Counts before the event has been handled.
            try await service.call(.patch, "/api/profile", as: "ada", ["visibility": "hidden"])
            #expect(try await found(service, "?q=compiler", as: "grace_h") == ["eve"])
            #expect(try await found(service, "", as: "grace_h") == ["grace-h", "eve", "bot"])
            try await service.run(
                "INSERT INTO mutes (owner, muted) VALUES ('grace_h', 'bot')",
                "INSERT INTO user_connections (from_user, to_user, status) VALUES ('grace_h', 'eve', 'blocked')"
            )
            try await eventually { try await found(service, "", as: "grace_h") == ["grace-h"] }
            #expect(try await found(service, "?q=eve", as: "grace_h") == [])
        }
    }

    @Test("Bad parameters are refused by name")
    func badParameters() async throws {
        let cases = [
            ("q=a%00b", "q"), ("tier=gold", "tier"), ("active=year", "active"), ("type=cats", "type"),
            ("interest=%F0%9F%94%A5", "interest"),
            ("limit=x", "limit"), ("cursor=x", "cursor"), ("cursor=ZXhhY3QKOTk5OTk5OTk5OTk5OTk5OTk5OTk5CmE", "cursor"),
            ("cursor=ZXhhY3QKLTkKYQ", "cursor"), ("q=%ff", "q"),
        ]
        try await withCrowd { service, _, _ in
            for (query, field) in cases {
                let answer = try await service.call(.get, "/api/explore?\(query)")
                #expect(answer.status == 400, "\(query)")
                #expect(answer.string(at: "field") == field, "\(query)")
            }
            let long = try await service.call(.get, "/api/explore?q=\(String(repeating: "x", count: 101))")
            #expect(long.string(at: "code") == "text_too_long")
        }
    }
}
