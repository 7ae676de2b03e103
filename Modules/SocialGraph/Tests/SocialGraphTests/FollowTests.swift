import Contracts
import JSONText
import Kernel
import KernelTesting
import Postgres
import Testing

@testable import SocialGraph

@Suite("Follows")
struct FollowTests {
    @Test("Following counts once, and ends")
    func follow() async throws {
        try await withSocialGraph(clock: ManualClock()) { service in
            let body: JSON = ["follower": "ada", "following": "@Grace-H"]
            let first = try await service.call(.post, "/api/follow", as: "ada", body)
            #expect(first.string(at: "message") == "Now following @grace-h")
            #expect(first.int(at: "counts.followers") == 1)
            let again = try await service.call(.post, "/api/follow", as: "ada", body)
            #expect(again.status == 200)
            #expect(again.string(at: "message") == "Already following")
            #expect(again.int(at: "counts.followers") == 1)
            let own = try await service.call(.get, "/api/following", as: "ada")
            #expect(own.strings("following", "handle") == ["grace-h"])
            #expect(own.int(at: "counts.following") == 1)
            let others = try await service.call(.get, "/api/followers?handle=grace-h")
            #expect(others.strings("followers", "handle") == ["ada"])
            #expect(others.string(at: "user") == "grace-h")

            let ended = try await service.call(.delete, "/api/follow", as: "ada", body)
            #expect(ended.bool(at: "following") == false)
            #expect(ended.int(at: "counts.followers") == 0)
            let nothing = try await service.call(.delete, "/api/follow?following=grace-h", as: "ada")
            #expect(nothing.string(at: "message") == "Not following")
            #expect(nothing.int(at: "counts.followers") == 0)
        }
    }

    @Test("Counts stay exact when many follow, unfollow and block at once")
    func concurrency() async throws {
        let crowd = (1...12).map { "p\($0)x" }
        try await withSocialGraph(crowd.map { Person(handle: $0, shown: $0, kind: .human) }) { service in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for (index, one) in crowd.enumerated() {
                    group.addTask {
                        for other in crowd where other != one {
                            try await service.call(.post, "/api/follow", as: one, ["following": .string(other)])
                        }
                        if index.isMultiple(of: 3) {
                            try await service.call(.delete, "/api/follow?following=\(crowd[1])", as: one)
                            try await service.consent("block", one, from: crowd[4], to: one)
                        }
                    }
                }
                try await group.waitForAll()
            }
            let wrong = try await service.database.read(
                """
                SELECT handle
                FROM social_counts AS c
                WHERE followers <> (SELECT count(*) FROM follows WHERE following = c.handle)
                    OR following <> (SELECT count(*) FROM follows WHERE follower = c.handle)
                """
            )
            #expect(wrong.map { $0.string(0) } == [])
            #expect(try await service.value("SELECT count(*) FROM follows") > 50)
        }
    }

    @Test("The blocked cannot follow and are in no list of the other")
    func blocked() async throws {
        try await withSocialGraph { service in
            for name in ["eve", "bot"] {
                try await service.call(.post, "/api/follow", as: name, ["following": "ada"])
            }
            try await service.consent("block", "bot", from: "eve", to: "bot")
            #expect(try await service.followers("ada", as: "eve") == ["eve"])
            #expect(try await service.followers("ada", as: nil).sorted() == ["bot", "eve"])
            for (one, other) in [("eve", "bot"), ("bot", "eve")] {
                let refused = try await service.call(.post, "/api/follow", as: one, ["following": .string(other)])
                #expect(refused.status == 403)
                #expect(refused.string(at: "error") == "consent_blocked")
                #expect(try await service.call(.get, "/api/followers?user=\(other)", as: one).status == 404)
            }
        }
    }

    @Test("Lists are paged, the latest first, each once")
    func paging() async throws {
        let clock = ManualClock()
        try await withSocialGraph(clock: clock) { service in
            for name in ["eve", "bot", "grace_h"] {
                try await service.call(.post, "/api/follow", as: name, ["following": "ada"])
                if name == "bot" { clock.advance(by: .seconds(1)) }
            }
            var found: [String] = []
            var path = "/api/followers?user=ada&limit=1"
            while true {
                let page = try await service.call(.get, path)
                found += page.strings("followers", "handle")
                #expect(page.int(at: "counts.followers") == 3)
                guard let next = page.string(at: "next") else { break }
                path = "/api/followers?user=ada&limit=1&cursor=\(next)"
            }
            #expect(found == ["grace-h", "bot", "eve"])
        }
    }

    @Test("Nobody follows for somebody else, or themselves, or a name that nobody has")
    func refused() async throws {
        try await withSocialGraph { service in
            let forged: JSON = ["follower": "ada", "following": "bot"]
            #expect(try await service.call(.post, "/api/follow", as: "eve", forged).status == 403)
            #expect(try await service.call(.post, "/api/follow", as: nil, forged).status == 401)
            #expect(try await service.call(.post, "/api/follow", as: "ada", ["following": "ada"]).status == 400)
            #expect(try await service.call(.post, "/api/follow", as: "ada", ["following": "nobody-here"]).status == 404)
            let nobody = try await service.call(.get, "/api/followers")
            #expect(nobody.status == 400)
            #expect(try await service.value("SELECT count(*) FROM follows") == 0)
        }
    }
}

extension TestService {
    func followers(_ name: String, as reader: String?) async throws -> [String] {
        try await call(.get, "/api/followers?user=\(name)", as: reader).strings("followers", "handle")
    }
}
