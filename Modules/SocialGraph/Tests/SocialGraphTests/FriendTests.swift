import JSONText
import Kernel
import KernelTesting
import Postgres
import Testing

@testable import SocialGraph

@Suite("Friends")
struct FriendTests {
    @Test("Both sides must want it")
    func mutual() async throws {
        try await withSocialGraph(clock: ManualClock()) { service in
            let asked = try await service.call(.post, "/api/friends", as: "ada", ["from": "@ADA", "to": "Grace-H"])
            #expect(asked.string(at: "action") == "friend_requested")
            #expect(asked.string(at: "connection[1]") == "grace-h")
            let again = try await service.call(.post, "/api/friends", as: "ada", ["to": "grace-h"])
            #expect(again.string(at: "action") == "friend_requested")
            #expect(try await service.friends(of: "ada") == [])
            let waiting = try await service.call(.get, "/api/friends/requests", as: "grace_h")
            #expect(waiting.strings("requests", "handle") == ["ada"])
            #expect(try await service.call(.get, "/api/friends/requests", as: "ada").int(at: "count") == 0)

            let answered = try await service.call(.post, "/api/friends", as: "grace_h", ["to": "ada"])
            #expect(answered.string(at: "action") == "friend_added")
            #expect(try await service.friends(of: "ada") == ["grace-h"])
            #expect(try await service.friends(of: "grace-h") == ["ada"])
            #expect(try await service.call(.get, "/api/friends/requests", as: "grace_h").int(at: "count") == 0)
            #expect(
                try await service.call(.post, "/api/friends", as: "ada", ["to": "grace-h"]).string(at: "action")
                    == "friend_added"
            )
            #expect(try await service.value("SELECT sum(friends) FROM social_counts") == 2)

            let ended = try await service.call(.delete, "/api/friends?to=ada", as: "grace_h")
            #expect(ended.string(at: "action") == "friend_removed")
            #expect(
                try await service.call(.delete, "/api/friends", as: "grace_h", ["to": "ada"]).string(at: "action")
                    == "not_friends"
            )
            #expect(try await service.friends(of: "ada") == [])
            #expect(try await service.value("SELECT sum(abs(friends)) FROM social_counts") == 0)
        }
    }

    @Test("Two who ask each other at the same moment are friends")
    func crossing() async throws {
        try await withSocialGraph { service in
            for _ in 1...10 {
                async let one = service.call(.post, "/api/friends", as: "ada", ["to": "eve"])
                async let other = service.call(.post, "/api/friends", as: "eve", ["to": "ada"])
                let actions = try await [one.string(at: "action"), other.string(at: "action")]
                #expect(Set(actions) == ["friend_requested", "friend_added"])
                #expect(try await service.value("SELECT count(*) FROM friends") == 2)
                #expect(try await service.value("SELECT count(*) FROM friend_requests") == 0)
                try await service.call(.delete, "/api/friends?to=ada", as: "eve")
            }
        }
    }

    @Test("A code makes friends for a week, without a further question")
    func codes() async throws {
        let clock = ManualClock()
        try await withSocialGraph(clock: clock) { service in
            let code: JSON = ["from": "ada", "inviteCode": "tea-at-five"]
            let offered = try await service.call(.post, "/api/friends", as: "ada", code)
            #expect(offered.string(at: "action") == "invite_registered")
            #expect(offered.string(at: "expiresIn") == "7 days")
            let taken = try await service.call(.post, "/api/friends", as: "eve", ["inviteCode": "tea-at-five"])
            #expect(taken.status == 409)
            #expect(taken.string(at: "code") == "code_taken")

            let claim: JSON = ["claimInvite": "tea-at-five"]
            let claimed = try await service.call(.post, "/api/friends", as: "eve", claim)
            #expect(claimed.string(at: "action") == "invite_claimed")
            #expect(claimed.string(at: "invitedBy") == "ada")
            #expect(try await service.friends(of: "eve") == ["ada"])
            #expect(try await service.call(.post, "/api/friends", as: "ada", claim).status == 400)

            let unknown = try await service.call(.post, "/api/friends", as: "bot", ["claimInvite": "no-such-code"])
            #expect(unknown.string(at: "action") == "user_registered")
            #expect(unknown.bool(at: "inviterFound") == false)
            try await service.consent("block", "ada", from: "grace_h", to: "ada")
            let blocked = try await service.call(.post, "/api/friends", as: "grace_h", claim)
            #expect(blocked.bool(at: "inviterFound") == false)

            clock.advance(by: .seconds(7 * 86_400))
            let late = try await service.call(.post, "/api/friends", as: "bot", claim)
            #expect(late.bool(at: "inviterFound") == false)
            // What has expired is anybody's.
            #expect(
                try await service.call(.post, "/api/friends", as: "eve", ["inviteCode": "tea-at-five"]).status == 200
            )
        }
    }

    @Test("Tries of codes are counted")
    func tries() async throws {
        let settings = ["social_graph.code_tries_per_hour": "2"]
        try await withSocialGraph(settings: settings) { service in
            var statuses: [Int] = []
            for n in 1...3 {
                let claim: JSON = ["claimInvite": .string("guess-\(n)")]
                statuses.append(try await service.call(.post, "/api/friends", as: "eve", claim).status)
            }
            #expect(statuses == [200, 200, 429])
        }
    }

    @Test("The blocked ask nobody, and do not see each other's friends")
    func blocked() async throws {
        try await withSocialGraph { service in
            for (one, other) in [("ada", "bot"), ("bot", "ada"), ("ada", "eve"), ("eve", "ada")] {
                try await service.call(.post, "/api/friends", as: one, ["to": .string(other)])
            }
            #expect(try await service.friends(of: "ada", as: "eve").sorted() == ["bot", "eve"])
            try await service.consent("block", "bot", from: "eve", to: "bot")
            #expect(try await service.friends(of: "ada", as: "eve") == ["eve"])
            #expect(try await service.friends(of: "ada").sorted() == ["bot", "eve"])
            #expect(try await service.call(.get, "/api/friends?user=bot", as: "eve").status == 404)
            #expect(try await service.call(.post, "/api/friends", as: "eve", ["to": "bot"]).status == 404)
            #expect(try await service.value("SELECT count(*) FROM friend_requests") == 0)
        }
    }

    @Test("Nobody acts for somebody else or befriends themselves")
    func refused() async throws {
        try await withSocialGraph { service in
            #expect(
                try await service.call(.post, "/api/friends", as: "eve", ["from": "ada", "to": "bot"]).status == 403
            )
            #expect(try await service.call(.post, "/api/friends", as: nil, ["from": "ada", "to": "bot"]).status == 401)
            #expect(try await service.call(.post, "/api/friends", as: "ada", ["to": "ada"]).status == 400)
            #expect(try await service.call(.post, "/api/friends", as: "ada", ["to": "nobody-here"]).status == 404)
            let nobody = try await service.call(.get, "/api/friends")
            #expect(nobody.status == 400)
            #expect(try await service.call(.get, "/api/friends?user=nobody-here").status == 404)
        }
    }
}

extension TestService {
    /// Names in the list of a person's friends.
    func friends(of name: String, as reader: String? = nil) async throws -> [String] {
        try await call(.get, "/api/friends?user=\(name)", as: reader).strings("friends", "username")
    }
}
