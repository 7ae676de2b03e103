import JSONText
import Kernel
import KernelTesting
import Testing

@testable import SocialGraph

@Suite("Mutes")
struct MuteTests {
    @Test("A person is muted once, listed, and seen again")
    func muteAndBack() async throws {
        let clock = ManualClock()
        try await withSocialGraph(clock: clock) { service in
            for name in ["eve", "@Grace-H", "eve"] {
                let answer = try await service.call(.post, "/api/mute", as: "ada", ["handle": .string(name)])
                #expect(answer.status == 200)
                #expect(answer.bool(at: "muted") == true)
                clock.advance(by: .seconds(1))
            }
            let first = try await service.call(.get, "/api/mute?limit=1", as: "ada")
            #expect(first.strings("muted", "handle") == ["grace-h"])
            let next = try #require(first.string(at: "next"))
            let second = try await service.call(.get, "/api/mute?limit=1&cursor=\(next)", as: "ada")
            #expect(second.strings("muted", "handle") == ["eve"])
            #expect(second.value(at: "next") == nil)
            let store = PostgresMuteStore(database: service.database)
            #expect(try await store.muted(by: "ada") == ["eve", "grace_h"])
            #expect(try await store.muted(by: "eve") == [])

            #expect(try await service.call(.delete, "/api/mute?handle=eve", as: "ada").bool(at: "muted") == false)
            try await service.call(.delete, "/api/mute", as: "ada", ["handle": "grace-h"])
            #expect(try await service.call(.get, "/api/mute", as: "ada").int(at: "count") == 0)
        }
    }

    @Test("Nobody can be muted by a stranger to them, themselves, or without a token")
    func refused() async throws {
        try await withSocialGraph { service in
            let own = try await service.call(.post, "/api/mute", as: "ada", ["handle": "ada"])
            #expect(own.status == 400)
            #expect(try await service.call(.post, "/api/mute", as: "ada", ["handle": "nobody-here"]).status == 404)
            #expect(try await service.call(.post, "/api/mute", as: nil, ["handle": "eve"]).status == 401)
            #expect(try await service.call(.get, "/api/mute").status == 401)
        }
    }
}
