import Contracts
import JSONText
import Kernel
import KernelTesting
import Postgres
import Testing

@testable import SocialGraph

@Suite("Serendipity", .serialized)
struct SerendipityTests {
    private static let now = PostgresTimestamp(microseconds: 1_767_888_000_000_000)

    private static func here(_ handle: String, file: String? = nil, branch: String? = nil, error: String? = nil)
        -> LivePerson
    {
        LivePerson(
            handle: handle,
            workingOn: nil,
            file: file,
            branch: branch,
            error: error,
            firstSeen: now,
            lastSeen: now
        )
    }

    @Test(
        "The subject of a branch",
        arguments: [
            ("fix/auth-timeout", "auth"), ("feature/new-login-page", "login"), ("feat-42-checkout", "checkout"),
            ("main", nil), ("ada/payment", "payment"), ("docs/", nil), ("hotfix/db", "db"),
            ("refactor/a-bc-parser", "parser"),
        ] as [(String, String?)]
    )
    func topics(branch: String, topic: String?) {
        #expect(CodePlace.topic(ofBranch: branch) == topic)
    }

    @Test(
        "The part of a project that a file belongs to",
        arguments: [
            ("src/auth/login.ts", "auth"), ("lib/parser.js", nil), ("web/src/components/nav/bar.tsx", "nav"),
            ("Sources/Kernel/main.swift", "kernel"), ("README.md", nil), ("C:\\code\\src\\db\\pool.cs", "db"),
        ] as [(String, String?)]
    )
    func modules(file: String, module: String?) {
        #expect(CodePlace.module(ofFile: file) == module)
    }

    @Test(
        "How alike two errors are",
        arguments: [
            ("Cannot read 'x' at line 12", "cannot read \"x\" at line 7", 1.0),
            ("TypeError: a is not a function", "Uncaught TypeError in loop", 0.7),
            ("connection refused while reading", "connection refused while writing", 0.6),
            ("alpha beta", "gamma delta", 0.0),
            ("", "", 0.0),
        ]
    )
    func errors(one: String, other: String, similarity: Double) {
        #expect(abs(ErrorSimilarity.between(one, other) - similarity) < 0.001)
        #expect(ErrorSimilarity.between(one, other) == ErrorSimilarity.between(other, one))
    }

    @Test("Moments by their relevance, each with what to do about it")
    func moments() {
        let viewer = Self.here("ada", file: "src/auth/login.ts", branch: "fix/auth", error: "TypeError: x")
        let others = [
            Self.here("file", file: "src/auth/login.ts"), Self.here("module", file: "src/auth/token.ts"),
            Self.here("error", error: "TypeError: y"), Self.here("feature", branch: "feat/auth-keys"),
            Self.here("fixer", branch: "fix/auth-keys"), Self.here("new"), Self.here("nothing", file: "src/db/a.ts"),
            Self.here("ada", file: "src/auth/login.ts"),
        ]
        let finder = MomentFinder(viewer: viewer, newcomers: ["ada", "new"])
        let found = finder.moments(with: others, limit: 20)
        #expect(
            found.map { "\($0.person) \($0.kind.rawValue) \($0.kind.relevance) \($0.kind.action)" } == [
                "file same_file 0.95 pair", "error similar_error 0.85 help", "feature same_branch_topic 0.8 connect",
                "fixer same_branch_topic 0.8 connect", "module same_module 0.75 connect",
                "feature complementary 0.7 inform",
                "new both_new 0.5 welcome",
            ]
        )
        #expect(found[5].text == "You fix auth while {person} adds to it.")
        #expect(finder.moments(with: others, limit: 2).count == 2)
        // The 0.6 of an error's similarity is not enough: it must be more.
        let alike = MomentFinder(viewer: Self.here("a", error: "connection refused while reading"), newcomers: [])
        #expect(alike.moments(with: [Self.here("b", error: "connection refused while writing")], limit: 9) == [])
    }

    @Test("The route shows who is here, and nobody who is not to be seen")
    func route() async throws {
        let crowd = Crowd(["ada", "grace-h", "eve", "mallory", "ghost", "shy"])
        let clock = ManualClock()
        try await withSocialGraph(crowd.people, crowd.standIn, clock: clock) { service in
            try await service.index(crowd)
            let empty = try await service.call(.get, "/api/serendipity", as: "ada")
            #expect(empty.count(at: "moments") == 0)
            #expect(empty.value(at: "surfaced")?.isNull == true)

            crowd.standIn.setHere(crowd.people.map { Self.here($0.handle, file: "src/auth/login.ts") })
            try await service.run(
                "INSERT INTO mutes (owner, muted) VALUES ('ada', 'eve')",
                """
                INSERT INTO user_connections (from_user, to_user, status) VALUES ('mallory', 'ada', 'blocked')
                """
            )
            try await service.call(.patch, "/api/profile", as: "ghost", ["invisible": true])
            try await service.call(.patch, "/api/profile", as: "shy", ["visibility": "hidden"])
            let answer = try await service.call(.get, "/api/serendipity", as: "ada")
            #expect(answer.strings("moments", "handle") == ["grace-h"])
            #expect(answer.string(at: "surfaced.text") == "@grace-h is in the same file as you: src/auth/login.ts.")
            #expect(try await service.call(.get, "/api/serendipity").status == 401)
        }
    }

    @Test("Two who registered within a day are told of each other, which is worth no interruption")
    func newcomers() async throws {
        let crowd = Crowd(["ada", "eve", "old"])
        let clock = ManualClock()
        for name in ["ada", "eve"] {
            crowd.standIn.set(StandInPeople.profile(crowd.person(name), registeredAt: clock.now))
        }
        try await withSocialGraph(crowd.people, crowd.standIn, clock: clock) { service in
            try await service.index(crowd)
            crowd.standIn.setHere(crowd.people.map { Self.here($0.handle) })
            let answer = try await service.call(.get, "/api/serendipity", as: "ada")
            #expect(answer.strings("moments", "handle") == ["eve"])
            #expect(answer.string(at: "moments[0].action") == "welcome")
            #expect(answer.value(at: "surfaced")?.isNull == true)
            clock.advance(by: .seconds(86_401))
            #expect(try await service.call(.get, "/api/serendipity", as: "ada").count(at: "moments") == 0)
        }
    }
}
