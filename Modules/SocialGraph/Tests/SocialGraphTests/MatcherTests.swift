import Postgres
import Testing

@testable import SocialGraph

@Suite("Matching")
struct MatcherTests {
    private static let now = PostgresTimestamp(microseconds: 1_767_888_000_000_000)

    private func facets(
        _ handle: String,
        interests: [String] = [],
        building: String? = nil,
        hours: Int32 = 0,
        daysAway: Int64 = 30
    ) -> Facets {
        Facets(
            handle: handle,
            interests: interests,
            building: building,
            hours: ActiveHours(bits: hours),
            registeredAt: Self.now,
            lastActiveAt: PostgresTimestamp(microseconds: Self.now.microseconds - daysAway * 86_400_000_000)
        )
    }

    private func match(_ viewer: Facets, _ other: Facets, friends: Int = 0, dismissed: [String: Int] = [:]) -> Match? {
        Matcher(viewer: viewer, dismissedTopics: dismissed, now: Self.now)
            .match(Candidate(facets: other, mutualFriends: friends))
    }

    @Test("Each thing in common has its points and its sentence")
    func reasons() throws {
        let ada = facets("ada", interests: ["rust", "backend"], building: "a compiler for shaders", hours: 0b1111)
        let cases: [(Facets, Int, Int, MatchReason.Kind, String)] = [
            (facets("b", interests: ["rust", "tea"]), 0, 20, .sharedInterests, "You both care about rust."),
            (
                facets("c", interests: ["rust", "backend"]), 0, 40, .sharedInterests,
                "You both care about rust and backend."
            ),
            (facets("d", interests: ["docker"]), 0, 12, .closeInterests, "You are both into infrastructure."),
            (
                facets("e", building: "shaders, and a compiler"), 0, 16, .sameBuilding,
                "What you both build is about shaders and compiler."
            ),
            (
                facets("f", building: "A compiler for shaders"), 0, 50, .sameBuilding,
                "You are building the same thing."
            ),
            (
                facets("g", interests: ["frontend"]), 0, 15, .complementary,
                "Your work complements theirs: backend and frontend."
            ),
            (facets("h", hours: 0b1111), 0, 15, .sameHours, "You are usually here at the same hours."),
            (facets("i"), 2, 20, .mutualFriends, "You have 2 friends in common."),
            (facets("j"), 9, 30, .mutualFriends, "You have 9 friends in common."),
        ]
        for (other, friends, points, kind, text) in cases {
            let found = try #require(match(ada, other, friends: friends), "\(other.handle)")
            #expect(found.score == points, "\(other.handle)")
            #expect(found.reasons == [MatchReason(kind: kind, points: points, text: text)])
        }
    }

    @Test("Whoever has too little in common is not suggested")
    func threshold() {
        let ada = facets("ada", interests: ["rust"], building: "a compiler", hours: 0b1111)
        #expect(match(ada, facets("stranger")) == nil)
        // One friend is ten points, and ten are not enough.
        #expect(match(ada, facets("one"), friends: 1) == nil)
        // Being here today is no reason by itself, and makes one count more.
        #expect(match(ada, facets("today", daysAway: 0)) == nil)
        #expect(match(ada, facets("both", daysAway: 0), friends: 1)?.score == 15)
        #expect(match(ada, facets("some", hours: 0b1000), friends: 0) == nil)
    }

    @Test("At most a hundred points and three reasons, the weightiest first")
    func limits() throws {
        let interests = ["rust", "backend", "docker", "figma"]
        let ada = facets("ada", interests: interests, building: "a compiler", hours: 0xFF, daysAway: 0)
        let twin = facets("twin", interests: interests + ["frontend"], building: "a compiler", hours: 0xFF, daysAway: 0)
        let found = try #require(match(ada, twin, friends: 5))
        #expect(found.score == 100)
        #expect(found.reasons.map(\.kind) == [.sharedInterests, .sameBuilding, .mutualFriends])
        #expect(found.reasons.map(\.points) == [60, 50, 30])
    }

    @Test("Dismissals take weight from the topics that led there, not all of it")
    func dismissals() {
        let ada = facets("ada", interests: ["rust", "tea"])
        let other = facets("other", interests: ["rust", "tea"])
        let scores = [0, 1, 2, 3, 9].map { match(ada, other, dismissed: ["#rust": $0])?.score }
        #expect(scores == [40, 35, 30, 25, 25])
        #expect(match(ada, other, dismissed: ["#go": 3])?.score == 40)
    }

    @Test("The best come first, and equals in an order that stays")
    func order() {
        let ada = facets("ada", interests: ["rust", "tea"])
        let candidates = [
            facets("late", interests: ["rust"], daysAway: 9), facets("both", interests: ["rust", "tea"], daysAway: 20),
            facets("b", interests: ["tea"], daysAway: 5), facets("a", interests: ["tea"], daysAway: 5), facets("none"),
        ].map { Candidate(facets: $0) }
        let matcher = Matcher(viewer: ada, now: Self.now)
        for order in [candidates, candidates.reversed()] {
            #expect(matcher.best(of: order, limit: 9).map(\.candidate.facets.handle) == ["both", "a", "b", "late"])
        }
        #expect(matcher.best(of: candidates, limit: 2).count == 2)
    }

    @Test("Hours: the day's, the share of both, four weeks")
    func hours() {
        #expect(ActiveHours(at: Self.now).bits == 1 << 16)
        #expect(ActiveHours(bits: 0b0011).overlap(with: ActiveHours(bits: 0b0110)) == 1.0 / 3)
        #expect(ActiveHours(bits: 0).overlap(with: ActiveHours(bits: 0)) == 0)
        let weeks = PostgresTimestamp(microseconds: Self.now.microseconds + 28 * 86_400_000_000)
        #expect(ActiveHours.period(at: weeks) == ActiveHours.period(at: Self.now) + 1)
    }

    @Test("Topics: what everybody writes says nothing; what complements is looked for")
    func topics() {
        #expect(Topics.buildingWords("I am building a really cool compiler with a Web thing") == ["compiler"])
        #expect(Topics.buildingWords(nil) == [])
        #expect(Topics.own(interests: ["rust"], buildingWords: ["compiler"]) == ["#rust", "compiler"])
        let wanted = Topics.wanted(interests: ["backend"], buildingWords: ["mobile"])
        #expect(
            wanted == [
                "#backend", "backend", "#mobile", "mobile", "#frontend", "frontend", "#api", "api", "#web", "web",
            ]
        )
        let many = (0..<12).map { "interest\($0)" }
        #expect(Topics.wanted(interests: many, buildingWords: many.map { $0 + "x" }).count == 48)
    }
}
