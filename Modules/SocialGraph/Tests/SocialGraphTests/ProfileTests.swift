import Contracts
import JSONText
import Kernel
import KernelTesting
import Postgres
import Testing

@testable import SocialGraph

@Suite("Profiles", .serialized)
struct ProfileTests {
    @Test("A profile is changed member by member and shown to everybody")
    func changeAndShow() async throws {
        let crowd = Crowd(["ada", "grace-h"])
        let clock = ManualClock()
        crowd.standIn.set(
            StandInPeople.profile(
                crowd.person("ada"),
                building: "a compiler",
                lastActiveAt: PostgresTimestamp(microseconds: clock.now.microseconds - 7_200_000_000),
                genesisNumber: 7
            )
        )
        try await withSocialGraph(crowd.people, crowd.standIn, clock: clock) { service in
            let first = try await service.call(
                .patch,
                "/api/profile",
                as: "ada",
                [
                    "bio": "Writes 🧮 engines", "interests": ["#Rust", "rust", "Machine  Learning"],
                    "links": [["label": "home", "url": "https://ada.example"], ["url": "http://b.example/?q=1"]],
                ]
            )
            #expect(first.status == 200)
            #expect(first.string(at: "profile.visibility") == "public")
            // What is absent stays.
            let second = try await service.call(
                .patch,
                "/api/profile",
                as: "ada",
                ["avatar": "https://ada.example/me.png"]
            )
            #expect(second.string(at: "profile.bio") == "Writes 🧮 engines")

            for path in ["/api/profile?user=@Ada", "/api/profile?username=ada", "/api/profiles/ada"] {
                let shown = try await service.call(.get, path)
                #expect(shown.string(at: "profile.username") == "ada")
                #expect(shown.string(at: "profile.bio") == "Writes 🧮 engines")
                #expect(shown.string(at: "profile.avatar") == "https://ada.example/me.png")
                #expect(shown.string(at: "profile.links[0].label") == "home")
                #expect(shown.string(at: "profile.links[1].label") == "")
                #expect(shown.string(at: "profile.interests[1]") == "machine learning")
                #expect(shown.count(at: "profile.interests") == 2)
                #expect(shown.string(at: "profile.tier") == "genesis")
                #expect(shown.int(at: "profile.genesisNumber") == 7)
                #expect(shown.string(at: "profile.lastSeen") == "2h ago")
                #expect(shown.bool(at: "profile.online") == false)
                #expect(shown.string(at: "profile.workingOn") == "a compiler")
                #expect(shown.value(at: "profile.visibility") == nil)
            }
            let cleared = try await service.call(
                .patch,
                "/api/profile",
                as: "ada",
                ["bio": nil, "avatar": "", "links": [], "interests": nil]
            )
            #expect(cleared.value(at: "profile.bio")?.isNull == true)
            #expect(cleared.value(at: "profile.avatar")?.isNull == true)
            #expect(cleared.count(at: "profile.links") == 0)
            #expect(cleared.count(at: "profile.interests") == 0)
        }
    }

    @Test("Two changes at the same time both count")
    func concurrentChanges() async throws {
        try await withSocialGraph { service in
            try await withThrowingTaskGroup(of: Int.self) { group in
                for change: JSON in [["bio": "b"], ["avatar": "https://a.example"], ["interests": ["tea"]]] {
                    group.addTask { try await service.call(.patch, "/api/profile", as: "ada", change).status }
                }
                for try await status in group { #expect(status == 200) }
            }
            let shown = try await service.call(.get, "/api/profiles/ada")
            #expect(shown.string(at: "profile.bio") == "b")
            #expect(shown.string(at: "profile.avatar") == "https://a.example")
            #expect(shown.string(at: "profile.interests[0]") == "tea")
        }
    }

    @Test("Who may see it: everybody, members, nobody; and never across a block")
    func visibility() async throws {
        try await withSocialGraph { service in
            func statuses() async throws -> [Int] {
                var statuses: [Int] = []
                for viewer in [nil, "eve", "ada"] {
                    statuses.append(try await service.call(.get, "/api/profiles/ada", as: viewer).status)
                }
                return statuses
            }
            #expect(try await statuses() == [200, 200, 200])
            try await service.call(.patch, "/api/profile", as: "ada", ["visibility": "members"])
            #expect(try await statuses() == [401, 200, 200])
            try await service.call(.patch, "/api/profile", as: "ada", ["visibility": "hidden"])
            #expect(try await statuses() == [404, 404, 200])
            try await service.call(.patch, "/api/profile", as: "ada", ["visibility": "public"])
            try await service.run(
                "INSERT INTO user_connections (from_user, to_user, status) VALUES ('eve', 'ada', 'blocked')"
            )
            try await eventually { try await statuses() == [200, 404, 200] }
            // The blocked one's profile is none to the one who blocked, either.
            #expect(try await service.call(.get, "/api/profiles/eve", as: "ada").status == 404)
        }
    }

    @Test("The invisible are never online, and presence is told to hide them from others")
    func invisible() async throws {
        let crowd = Crowd(["ada", "eve"])
        let clock = ManualClock()
        crowd.standIn.set(StandInPeople.profile(crowd.person("ada"), lastActiveAt: clock.now))
        crowd.standIn.setHere([
            LivePerson(
                handle: "ada",
                workingOn: "the engine",
                file: nil,
                branch: nil,
                error: nil,
                firstSeen: clock.now,
                lastSeen: clock.now
            )
        ])
        try await withSocialGraph(crowd.people, crowd.standIn, clock: clock) { service in
            let before = try await service.call(.get, "/api/profiles/ada", as: "eve")
            #expect(before.bool(at: "profile.online") == true)
            #expect(before.string(at: "profile.lastSeen") == "just now")
            #expect(before.string(at: "profile.workingOn") == "the engine")
            try await service.call(.patch, "/api/profile", as: "ada", ["invisible": true])
            let after = try await service.call(.get, "/api/profiles/ada", as: "eve")
            #expect(after.bool(at: "profile.online") == false)
            #expect(after.value(at: "profile.lastSeen")?.isNull == true)
            #expect(after.value(at: "profile.workingOn")?.isNull == true)
            #expect(try await service.call(.get, "/api/profiles/ada", as: "ada").bool(at: "profile.online") == true)

            let visibility = PeopleVisibility(
                store: PostgresProfileStore(database: service.database),
                clock: clock.wallClock
            )
            #expect(try await visibility.invisible(among: ["ada", "eve"], to: "eve") == ["ada"])
            #expect(try await visibility.invisible(among: ["ada", "eve"], to: nil) == ["ada"])
            #expect(try await visibility.invisible(among: ["ada", "eve"], to: "ada") == [])
            // Another instance hears of a change within two seconds.
            try await service.call(.patch, "/api/profile", as: "ada", ["invisible": false, "visibility": "members"])
            #expect(try await visibility.invisible(among: ["ada"], to: "eve") == ["ada"])
            clock.advance(by: .seconds(3))
            #expect(try await visibility.invisible(among: ["ada"], to: "eve") == [])
            #expect(try await visibility.invisible(among: ["ada"], to: nil) == ["ada"])
        }
    }

    @Test("Names that nobody has, and none at all")
    func unknown() async throws {
        try await withSocialGraph { service in
            let nobody = try await service.call(.get, "/api/profile?user=nobody")
            #expect(nobody.status == 404)
            #expect(try await service.call(.get, "/api/profile").string(at: "field") == "user")
            #expect(try await service.call(.get, "/api/profile?user=a%00b").status == 400)
            #expect(try await service.call(.get, "/api/profiles/!!").status == 400)
            #expect(try await service.call(.get, "/api/profiles/vibe").status == 200)
            #expect(try await service.call(.patch, "/api/profile", ["bio": "x"]).status == 401)
        }
    }

    @Test("Bad changes are refused by name, and leave the profile as it was")
    func badChanges() async throws {
        let cases: [(String, String?)] = [
            (#"{"bio": 7}"#, "bio"), (#"{"bio": "a\u0000b"}"#, "bio"), (#"{"bio": {}}"#, "bio"),
            (#"{"avatar": "javascript:alert(1)"}"#, "avatar"), (#"{"avatar": "http://plain.example"}"#, "avatar"),
            (#"{"avatar": []}"#, "avatar"), (#"{"links": {}}"#, "links"), (#"{"links": ["x"]}"#, "links"),
            (#"{"links": [{}]}"#, "links"), (#"{"links": [{"url": "ftp://x.example"}]}"#, "links"),
            (#"{"links": [{"url": "https://x.example", "label": 1}]}"#, "links"),
            (#"{"links": [null]}"#, "links"), (#"{"interests": "rust"}"#, "interests"),
            (#"{"interests": [1]}"#, "interests"),
            (#"{"interests": [""]}"#, "interests"), (#"{"interests": ["a\ud800"]}"#, "interests"),
            (#"{"interests": ["a\u0000"]}"#, "interests"),
            (#"{"interests": ["1","2","3","4","5","6","7","8","9","10","11","12","13"]}"#, "interests"),
            (#"{"visibility": "friends"}"#, "visibility"), (#"{"visibility": 1}"#, "visibility"),
            (#"{"invisible": "yes"}"#, "invisible"), (#"{"invisible": 99999999999999999999}"#, "invisible"),
            (#"{}"#, nil),
        ]
        try await withSocialGraph { service in
            for (body, field) in cases {
                let answer = try await service.call(.patch, "/api/profile", as: "ada", raw: body)
                #expect(answer.status == 400, "\(body)")
                #expect(answer.string(at: "field") == field, "\(body)")
            }
            #expect(try await service.value("SELECT count(*) FROM profiles") == 0)
        }
    }

    @Test("Bodies that are no object, and texts that are too long")
    func badBodies() async throws {
        try await withSocialGraph { service in
            for body in ["[]", "7", "{", "\"x\"", "null"] {
                #expect(try await service.call(.patch, "/api/profile", as: "ada", raw: body).status == 400, "\(body)")
            }
            let fits = String(repeating: "🧮", count: 250)
            #expect(try await service.call(.patch, "/api/profile", as: "ada", ["bio": .string(fits)]).status == 200)
            let long = try await service.call(.patch, "/api/profile", as: "ada", ["bio": .string(fits + "x")])
            #expect(long.status == 400)
            #expect(long.string(at: "code") == "text_too_long")
            // A lone surrogate becomes U+FFFD, null keeps what has no empty value.
            let mended = try await service.call(.patch, "/api/profile", as: "ada", raw: #"{"bio": "a\ud800b"}"#)
            #expect(mended.string(at: "profile.bio") == "a\u{FFFD}b")
            let kept = try await service.call(.patch, "/api/profile", as: "ada", ["visibility": nil, "invisible": nil])
            #expect(kept.string(at: "profile.visibility") == "public")
        }
    }

    @Test("What other modules say of a person becomes part of the profile, and their news one feed")
    func joined() async throws {
        let addition = ProfileAddition()
        try await withSocialGraph(and: [addition]) { service in
            let shown = try await service.call(.get, "/api/profiles/ada", as: "eve")
            #expect(shown.int(at: "profile.streak") == 5)
            #expect(shown.string(at: "profile.username") == "ada")
            #expect(shown.strings("profile.activity", "type") == ["game", "post", "milestone"])
            #expect(shown.string(at: "profile.seenBy") == "eve")
        }
    }
}

/// A module that adds to profiles, as Engagement and Games do.
struct ProfileAddition: FeatureModule {
    let manifest = ModuleManifest(name: "addition", summary: "Adds to profiles")
    let openAPI = "paths: {}\n"

    func register(in registrar: ModuleRegistrar) {
        registrar.profile { _, viewer in
            [
                ("streak", 5), ("username", "somebody else"), ("seenBy", .string(viewer ?? "nobody")),
                ("activity", [["type": "post", "at": .timestamp(2)], ["type": "milestone", "at": .timestamp(1)]]),
            ]
        }
        registrar.profile { _, _ in [("activity", [["type": "game", "at": .timestamp(3)]])] }
    }
}
