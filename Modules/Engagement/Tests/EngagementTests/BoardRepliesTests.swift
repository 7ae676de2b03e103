import JSONText
import Kernel
import KernelTesting
import Postgres
import Testing

@testable import Engagement

@Suite("Reactions, comments and blocks", .serialized)
struct BoardRepliesTests {
    @Test("A reaction of a person counts once, and can be taken back")
    func reactions() async throws {
        try await withEngagement { service in
            let id = try await service.newPost(as: "ada", ["content": "x"])
            for handle in ["eve", "eve", "ada", "grace_h"] {
                let answer = try await service.post("/api/board/\(id)/reactions", as: handle, ["reaction": "🔥"])
                #expect(answer.status == 200)
                #expect(try await service.undocumented(answer, "post", "/api/board/{id}/reactions").isEmpty)
            }
            let both = try await service.post("/api/board/\(id)/reactions", as: "eve", ["reaction": "nice"])
            #expect(both.strings("own", "") == ["🔥", "nice"])
            var entry = try await service.get("/api/board/\(id)")
            #expect(entry.int(at: "entry.reactions.🔥") == 3)
            #expect(entry.int(at: "entry.reactions.nice") == 1)

            for _ in 1...2 {
                let taken = try await service.send("DELETE", "/api/board/\(id)/reactions/nice", as: "eve", raw: "")
                #expect(taken.status == 200)
                #expect(
                    try await service.undocumented(taken, "delete", "/api/board/{id}/reactions/{reaction}").isEmpty
                )
            }
            _ = try await service.send("DELETE", "/api/board/\(id)/reactions/%F0%9F%94%A5", as: "eve", raw: "")
            entry = try await service.get("/api/board/\(id)")
            #expect(entry.value(at: "entry.reactions.nice") == nil)
            #expect(entry.int(at: "entry.reactions.🔥") == 2)
        }
    }

    @Test("Many at once are counted exactly")
    func concurrent() async throws {
        try await withEngagement { service in
            let id = try await service.newPost(as: "ada", ["content": "x"])
            let handles = ["ada", "eve", "grace_h", "bot", "kiwi"]
            try await withThrowingTaskGroup(of: Void.self) { tasks in
                for handle in handles {
                    for reaction in ["a", "b"] {
                        tasks.addTask {
                            let path = "/api/board/\(id)/reactions"
                            let answer = try await service.post(path, as: handle, ["reaction": .string(reaction)])
                            #expect(answer.status == 200)
                        }
                    }
                    tasks.addTask {
                        let path = "/api/board/\(id)/comments"
                        let answer = try await service.post(path, as: handle, ["content": "hi"])
                        #expect(answer.status == 201)
                    }
                }
                try await tasks.waitForAll()
            }
            let entry = try await service.get("/api/board/\(id)")
            #expect(entry.int(at: "entry.reactions.a") == 5)
            #expect(entry.int(at: "entry.reactions.b") == 5)
            #expect(entry.int(at: "entry.comment_count") == 5)
        }
    }

    @Test("A post has at most 32 different reactions")
    func kinds() async throws {
        try await withEngagement { service in
            let id = try await service.newPost(as: "ada", ["content": "x"])
            for number in 1...32 {
                let answer = try await service.post(
                    "/api/board/\(id)/reactions",
                    as: "eve",
                    ["reaction": .string("r\(number)")]
                )
                #expect(answer.status == 200)
            }
            let more = try await service.post("/api/board/\(id)/reactions", as: "eve", ["reaction": "r33"])
            #expect(more.status == 409)
            #expect(more.string(at: "code") == "too_many_reactions")
            #expect(try await service.post("/api/board/\(id)/reactions", as: "ada", ["reaction": "r1"]).status == 200)
        }
    }

    @Test("Comments come oldest first in pages; their author or the post's removes them")
    func comments() async throws {
        let clock = ManualClock()
        try await withEngagement(clock: clock) { service in
            let id = try await service.newPost(as: "ada", ["content": "x"])
            var ids: [String] = []
            for number in 1...5 {
                let answer = try await service.post(
                    "/api/board/\(id)/comments",
                    as: "eve",
                    ["content": .string("\(number)")]
                )
                #expect(answer.status == 201)
                #expect(try await service.undocumented(answer, "post", "/api/board/{id}/comments").isEmpty)
                ids.append(try #require(answer.string(at: "comment.id")))
                clock.advance(by: .seconds(1))
            }
            let first = try await service.get("/api/board/\(id)/comments?limit=3")
            #expect(try await service.undocumented(first, "get", "/api/board/{id}/comments").isEmpty)
            #expect(first.strings("comments", "content") == ["1", "2", "3"])
            let next = try #require(first.string(at: "next"))
            let rest = try await service.get("/api/board/\(id)/comments?limit=3&cursor=\(next)")
            #expect(rest.strings("comments", "content") == ["4", "5"])
            #expect(rest.string(at: "next") == nil)

            let path = "/api/board/\(id)/comments/"
            #expect(try await service.send("DELETE", path + ids[0], as: "bot", raw: "").status == 404)
            #expect(try await service.send("DELETE", path + ids[0], as: "eve", raw: "").status == 200)
            let removed = try await service.send("DELETE", path + ids[1], as: "ada", raw: "")
            #expect(removed.status == 200)
            #expect(
                try await service.undocumented(removed, "delete", "/api/board/{id}/comments/{comment}").isEmpty
            )
            #expect(try await service.send("DELETE", path + ids[0], as: "eve", raw: "").status == 404)
            #expect(try await service.get("/api/board/\(id)").int(at: "entry.comment_count") == 3)
        }
    }

    @Test("What is not there cannot be answered to")
    func unknown() async throws {
        try await withEngagement { service in
            let answers: [(String, JSON)] = [("reactions", ["reaction": "x"]), ("comments", ["content": "x"])]
            for (name, json) in answers {
                let path = "/api/board/nothing/\(name)"
                let somebody = try await service.post(path, as: "ada", json)
                let nobody = try await service.post(path, json)
                #expect(somebody.status == 404)
                #expect(nobody.status == 401)
            }
            for path in ["/api/board/nothing/comments", "/api/board/nothing"] {
                let answer = try await service.get(path)
                #expect(answer.status == 404)
            }
        }
    }

    @Test("Blocked people's posts and comments are hidden from a signed-in reader, and cannot be answered to")
    func blocks() async throws {
        try await withEngagement(blocked: ["eve"]) { service in
            let hidden = try await service.newPost(as: "eve", ["content": "by eve", "tags": ["t"]])
            let seen = try await service.newPost(as: "bot", ["content": "by bot", "tags": ["t"]])
            _ = try await service.post("/api/board/\(seen)/comments", as: "bot", ["content": "mine"])
            // The stand-in hides eve from eve too, so her comment is stored directly.
            _ = try await service.database.write(
                """
                INSERT INTO board_comments (id, entry_id, author, content, created_at)
                VALUES ('c', \(seen), 'eve', 'hers', now())
                """
            )
            for path in ["/api/board?limit=9", "/api/board?tag=t", "/api/feed?limit=9"] {
                let list = path.contains("feed") ? "items" : "entries"
                #expect(try await service.get(path, as: "ada").strings(list, "content") == ["by bot"], "\(path)")
                #expect(try await service.get(path).count(at: list) == 2, "\(path)")
            }
            #expect(try await service.get("/api/board?author=eve", as: "ada").count(at: "entries") == 0)
            #expect(try await service.get("/api/board/\(hidden)", as: "ada").status == 404)
            #expect(try await service.get("/api/board/\(hidden)").status == 200)
            let comments = try await service.get("/api/board/\(seen)/comments", as: "ada")
            #expect(comments.strings("comments", "content") == ["mine"])
            let reaction = try await service.post("/api/board/\(hidden)/reactions", as: "ada", ["reaction": "x"])
            #expect(reaction.status == 404)
            #expect(
                try await service.post("/api/board/\(hidden)/comments", as: "ada", ["content": "x"]).status == 404
            )
            let cached = try await service.get("/api/board")
            #expect(cached.headers["Cache-Control"]?.contains("public") == true)
            #expect(try await service.get("/api/board", as: "ada").headers["Cache-Control"] == "private, no-cache")
        }
    }
}
