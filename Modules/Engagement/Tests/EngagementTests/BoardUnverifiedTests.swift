import Contracts
import JSONText
import Kernel
import KernelTesting
import Postgres
import Testing

@testable import Engagement

@Suite("Board without a token", .serialized)
struct BoardUnverifiedTests {
    @Test("A post without a token stands as unverified, raises no event and counts for nobody")
    func unverified() async throws {
        let posted = EventNotes<BoardPosted>()
        try await withEngagement(extra: [posted]) { service in
            for (member, name) in [("author", "@Ada"), ("handle", "ada"), ("from", "ada")] {
                let answer = try await service.post(
                    "/api/board",
                    .object([(member, .string(name)), ("content", "hi"), ("category", "shipped")])
                )
                #expect(answer.status == 201)
                #expect(try await service.undocumented(answer, "post", "/api/board").isEmpty)
                #expect(answer.string(at: "entry.author") == "ada")
                #expect(answer.bool(at: "entry.verified") == false)
            }
            #expect(try await service.value("SELECT count(*) FROM board_authors") == 0)
            // An event of a later post arrives; none of the earlier ones did.
            let id = try await service.newPost(as: "eve", ["content": "with a token"])
            try await eventually("the later event arrived") { !posted.events.isEmpty }
            #expect(posted.events.map(\.id) == [id])
        }
    }

    @Test("A token that is no longer good is 401, not an unverified post")
    func deadToken() async throws {
        try await withEngagement { service in
            let answer = try await service.client.post("/api/board", token: "dead", json: ["content": "x"])
            #expect(answer.status == 401)
            #expect(try await service.value("SELECT count(*) FROM board_entries") == 0)
        }
    }

    @Test("Unknown authors become placeholders, twenty a day for an address, known ones are not counted")
    func placeholders() async throws {
        let clock = ManualClock(at: farAhead)
        try await withEngagement(settings: ["engagement.unverified_authors_per_day": "20"], clock: clock) { service in
            for number in 1...20 {
                let answer = try await service.post("/api/board", ["author": "new_\(number)", "content": "x"])
                #expect(answer.status == 201, "\(answer)")
            }
            let refused = try await service.post("/api/board", ["author": "new_21", "content": "x"])
            #expect(refused.status == 429)
            #expect(refused.headers["Retry-After"] != nil)
            #expect(try await service.value("SELECT count(*) FROM handles WHERE handle = 'new_21'") == 0)
            #expect(try await service.post("/api/board", ["author": "new_20", "content": "x"]).status == 201)
            #expect(try await service.post("/api/board", ["author": "ada", "content": "x"]).status == 201)
            #expect(
                try await service.value("SELECT count(*) FROM handles WHERE kind = 'placeholder'") == 20
            )
            clock.advance(by: .seconds(86_400))
            #expect(try await service.post("/api/board", ["author": "new_21", "content": "x"]).status == 201)
        }
    }

    @Test("A refused post makes no placeholder")
    func refused() async throws {
        try await withEngagement { service in
            _ = try await service.send("POST", "/api/board", raw: #"{"author":"new_one","content":7}"#)
            _ = try await service.send("POST", "/api/board", raw: #"{"author":"new_one","content":"x","tags":7}"#)
            #expect(try await service.value("SELECT count(*) FROM handles WHERE handle = 'new_one'") == 0)
        }
    }

    @Test("Posts are limited per address without a token, and per handle with one")
    func limits() async throws {
        try await withEngagement(settings: ["engagement.board_posts_per_minute": "3"], clock: ManualClock()) {
            service in
            for name in ["ada", "eve", "grace-h"] {
                let answer = try await service.post("/api/board", ["author": .string(name), "content": "x"])
                #expect(answer.status == 201)
            }
            #expect(try await service.post("/api/board", ["author": "bot", "content": "x"]).status == 429)
            #expect(try await service.post("/api/board", as: "bot", ["content": "x"]).status == 201)
        }
    }

    @Test("Whoever is named may delete what others wrote under their name, but not change it")
    func named() async throws {
        try await withEngagement { service in
            let id = try await service.newPost(as: nil, ["author": "ada", "content": "not mine"])
            let edit = try await service.send("PATCH", "/api/board/\(id)", as: "ada", raw: #"{"content":"x"}"#)
            #expect(edit.status == 403)
            #expect(edit.string(at: "code") == "not_verified")
            #expect(try await service.send("DELETE", "/api/board/\(id)", as: "eve", raw: "").status == 403)
            #expect(try await service.send("DELETE", "/api/board/\(id)", as: "ada", raw: "").status == 200)
            #expect(try await service.get("/api/board").count(at: "entries") == 0)
        }
    }
}
