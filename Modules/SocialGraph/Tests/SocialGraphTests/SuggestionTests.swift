import Contracts
import JSONText
import Kernel
import KernelTesting
import Postgres
import Testing

@testable import SocialGraph

@Suite("Suggestions", .serialized)
struct SuggestionTests {
    /// Everybody likes rust.
    private func withRustaceans(
        _ names: [String],
        agents: [String] = [],
        clock: ManualClock = ManualClock(),
        _ body: (TestService, Crowd) async throws -> Void
    ) async throws {
        let crowd = Crowd(names, agents: agents)
        try await withSocialGraph(crowd.people, crowd.standIn, clock: clock) { service in
            for person in crowd.people { try await service.change(person.handle, ["interests": ["rust"]], crowd) }
            try await body(service, crowd)
        }
    }

    private func suggested(_ service: TestService, to handle: String, _ query: String = "") async throws -> [String] {
        try await service.call(.get, "/api/suggestions\(query)", as: handle).strings("suggestions", "handle")
    }

    @Test("Those with the most in common come first, and each suggestion says why")
    func reasons() async throws {
        let crowd = Crowd(["ada", "grace-h", "eve", "stranger"])
        crowd.standIn.set(StandInPeople.profile(crowd.person("ada"), building: "a shader compiler"))
        crowd.standIn.set(StandInPeople.profile(crowd.person("grace_h"), building: "compiler tests"))
        try await withSocialGraph(crowd.people, crowd.standIn, clock: ManualClock()) { service in
            try await service.change("ada", ["interests": ["rust", "backend"]], crowd)
            try await service.change("grace_h", ["interests": ["rust"], "bio": "Hello"], crowd)
            try await service.change("eve", ["interests": ["frontend"]], crowd)
            try await service.index("stranger", crowd)
            let answer = try await service.call(.get, "/api/suggestions", as: "ada")
            #expect(answer.strings("suggestions", "handle") == ["grace-h", "eve"])
            #expect(
                answer.strings("suggestions[0].reasons", "text") == [
                    "You both care about rust.", "What you both build is about compiler.",
                ]
            )
            #expect(answer.string(at: "suggestions[0].bio") == "Hello")
            #expect(answer.string(at: "suggestions[1].reasons[0].kind") == "complementary")
            #expect(try await suggested(service, to: "stranger") == [])
            #expect(try await service.call(.get, "/api/suggestions").status == 401)
        }
    }

    @Test("Friends of friends and the same hours lead to people, too")
    func otherSources() async throws {
        let crowd = Crowd(["ada", "f1", "f2", "target", "owl"])
        try await withSocialGraph(crowd.people, crowd.standIn, clock: ManualClock()) { service in
            try await service.index(crowd)
            for friend in ["f1", "f2"] {
                try await service.run(
                    """
                    INSERT INTO friends (owner, friend)
                    VALUES ('ada', \(friend)), (\(friend), 'ada'), ('target', \(friend)), (\(friend), 'target')
                    """
                )
            }
            try await service.run(
                "UPDATE discovery_people SET active_hours = 7 WHERE handle = 'ada'",
                "UPDATE discovery_people SET earlier_hours = 7 WHERE handle = 'owl'"
            )
            let answer = try await service.call(.get, "/api/suggestions", as: "ada")
            #expect(answer.strings("suggestions", "handle") == ["target", "owl"])
            #expect(answer.string(at: "suggestions[0].reasons[0].text") == "You have 2 friends in common.")
            #expect(answer.string(at: "suggestions[1].reasons[0].kind") == "same_hours")
        }
    }

    @Test("Nobody blocked, muted, met, followed, hidden or dismissed; nobody oneself; agents when asked for")
    func excluded() async throws {
        let names = [
            "ada", "free", "blocked", "blocker", "muted", "friend", "followed", "wrote", "heard", "hidden", "gone",
        ]
        try await withRustaceans(names, agents: ["bot"]) { service, crowd in
            #expect(try await suggested(service, to: "ada", "?limit=50").count == 10)
            try await service.run(
                """
                INSERT INTO user_connections (from_user, to_user, status) VALUES
                    ('blocked', 'ada', 'blocked'), ('ada', 'blocker', 'blocked'), ('ada', 'wrote', 'pending'),
                    ('heard', 'ada', 'accepted'), ('free', 'ada', 'none')
                """,
                "INSERT INTO mutes (owner, muted) VALUES ('ada', 'muted')",
                "INSERT INTO friends (owner, friend) VALUES ('ada', 'friend'), ('friend', 'ada')",
                "INSERT INTO follows (follower, following) VALUES ('ada', 'followed')"
            )
            try await service.change("hidden", ["visibility": "hidden"], crowd)
            try await service.call(.post, "/api/suggestions/dismiss", as: "ada", ["handle": "gone"])
            #expect(try await suggested(service, to: "ada", "?limit=50") == ["free"])
            #expect(try await suggested(service, to: "ada", "?type=agents") == ["bot"])
            #expect(try await Set(suggested(service, to: "ada", "?type=all")) == ["free", "bot"])
            #expect(try await service.call(.get, "/api/suggestions?type=cats", as: "ada").status == 400)
        }
    }

    @Test("A dismissal takes weight from what led there")
    func dismissals() async throws {
        try await withRustaceans(["ada", "eve", "bob"]) { service, _ in
            let before = try await service.call(.get, "/api/suggestions", as: "ada")
            for _ in 1...2 {
                let answer = try await service.call(.post, "/api/suggestions/dismiss", as: "ada", ["handle": "@Eve"])
                #expect(answer.bool(at: "dismissed") == true)
            }
            let after = try await service.call(.get, "/api/suggestions", as: "ada")
            #expect(after.strings("suggestions", "handle") == ["bob"])
            let (was, became) = (before.int(at: "suggestions[0].score"), after.int(at: "suggestions[0].score"))
            #expect(was.map { $0 - 5 } == became)
            for body in [#"{}"#, #"{"handle": 1}"#, #"{"handle": "ada"}"#, #"{"handle": "a\u0000"}"#, "[]"] {
                #expect(try await service.call(.post, "/api/suggestions/dismiss", as: "ada", raw: body).status == 400)
            }
            let nobody = try await service.call(.post, "/api/suggestions/dismiss", as: "ada", ["handle": "nobody"])
            #expect(nobody.status == 404)
        }
    }

    @Test("One person a day, the same all day, and nobody twice within sixty days")
    func introductions() async throws {
        let clock = ManualClock()
        try await withRustaceans(["ada", "eve", "bob"], clock: clock) { service, _ in
            func meet() async throws -> String? {
                try await service.call(.get, "/api/suggestions", as: "ada").string(at: "meet.handle")
            }
            // A look that may change nothing chooses nobody.
            #expect(
                try await service.client.request("HEAD", "/api/suggestions", token: service.token(of: "ada")).status
                    == 200
            )
            #expect(try await service.value("SELECT count(*) FROM introductions") == 0)

            let first = try await meet()
            #expect(first == "bob" || first == "eve")
            #expect(try await meet() == first)
            clock.advance(by: .seconds(86_400))
            let second = try await meet()
            #expect(second == (first == "bob" ? "eve" : "bob"))
            // Everybody has been introduced.
            clock.advance(by: .seconds(86_400))
            #expect(try await meet() == nil)
            clock.advance(by: .seconds(58 * 86_400))
            #expect(try await meet() == first)
            let reasons = try await service.call(.get, "/api/suggestions", as: "ada").strings("meet.reasons", "text")
            #expect(reasons == ["You both care about rust."])
        }
    }

    @Test("Requests at the same moment get the same person")
    func concurrentIntroductions() async throws {
        try await withRustaceans(["ada", "eve", "bob", "cat", "dan"]) { service, _ in
            let met = try await withThrowingTaskGroup(of: String?.self) { group in
                for _ in 1...8 {
                    group.addTask {
                        try await service.call(.get, "/api/suggestions", as: "ada").string(at: "meet.handle")
                    }
                }
                return try await group.reduce(into: Set<String?>()) { $0.insert($1) }
            }
            #expect(met.count == 1)
            #expect(met.first != .some(nil))
            #expect(try await service.value("SELECT count(*) FROM introductions") == 1)
        }
    }

    @Test("Whoever was met, blocked or dismissed since is not shown again, and nobody takes their place that day")
    func introductionsEnd() async throws {
        try await withRustaceans(["ada", "eve", "bob"]) { service, _ in
            let first = try await service.call(.get, "/api/suggestions", as: "ada").string(at: "meet.handle")
            let handle = try #require(first)
            try await service.run("INSERT INTO follows (follower, following) VALUES ('ada', \(handle))")
            let later = try await service.call(.get, "/api/suggestions", as: "ada")
            #expect(later.value(at: "meet")?.isNull == true)
            #expect(later.count(at: "suggestions") == 1)
        }
    }

    @Test("The original's shapes")
    func connections() async throws {
        let crowd = Crowd(["ada", "eve", "bob"])
        try await withSocialGraph(crowd.people, crowd.standIn, clock: ManualClock()) { service in
            try await service.change("ada", ["interests": ["rust", "go", "tea", "backend"]], crowd)
            try await service.change("eve", ["interests": ["rust", "go", "tea"]], crowd)
            try await service.change("bob", ["interests": ["frontend"]], crowd)
            let answer = try await service.call(.get, "/api/suggest-connections", as: "ada")
            #expect(answer.strings("suggestions", "type") == ["skill_match", "complementary_building"])
            #expect(answer.string(at: "suggestions[0].offerer") == "eve")
            #expect(answer.string(at: "suggestions[0].requester") == "ada")
            #expect(answer.string(at: "suggestions[1].user1") == "ada")
            #expect(answer.string(at: "suggestions[1].user2") == "bob")
            #expect(answer.int(at: "summary.total") == 2)
            #expect(answer.int(at: "summary.buildingMatches") == 1)
            #expect(
                try await service.call(.get, "/api/suggest-connections?limit=1", as: "ada").int(at: "summary.total")
                    == 1
            )
            #expect(try await service.call(.get, "/api/suggest-connections").status == 401)
        }
    }
}
