import JSONText
import KernelTesting
import Postgres
import Testing

@testable import Engagement

@Suite("Export and erasure of what people post", .serialized)
struct BoardOwnershipTests {
    @Test("Erasing somebody leaves no trace, keeps what is others', and counts stay true")
    func erase() async throws {
        try await withEngagement { service in
            let hers = try await service.newPost(as: "kiwi", ["content": "kiwi writes", "category": "shipped"])
            let underHerName = try await service.newPost(as: nil, ["author": "kiwi", "content": "not by her"])
            let theirs = try await service.newPost(as: "ada", ["content": "stays", "tags": ["t"]])
            _ = try await service.post("/api/board/\(hers)/comments", as: "ada", ["content": "on hers"])
            for handle in ["kiwi", "eve"] {
                _ = try await service.post("/api/board/\(theirs)/comments", as: handle, ["content": "by \(handle)"])
                _ = try await service.post("/api/board/\(theirs)/reactions", as: handle, ["reaction": "🔥"])
            }
            _ = try await service.post("/api/board/\(theirs)/reactions", as: "kiwi", ["reaction": "only-hers"])
            _ = try await service.post("/api/events", as: "kiwi", ["event": "session_started"])
            let used = try await service.newInvite(of: "kiwi")
            _ = try await service.post("/api/invites/redeem", ["code": .string(used), "handle": "guest"])
            let entrance = try await service.newInvite(of: "ada")
            _ = try await service.database.write(
                "UPDATE invites SET used_by = 'kiwi', used_at = now() WHERE code = \(entrance)"
            )
            // Whatever waits for a handler names her too.
            try await eventually("no event waits") { try await service.value("SELECT count(*) FROM outbox") == 0 }

            try await service.erase("kiwi")
            #expect(try await service.traces(of: "kiwi").isEmpty)
            for id in [hers, underHerName] { #expect(try await service.get("/api/board/\(id)").status == 404) }
            let entry = try await service.get("/api/board/\(theirs)")
            #expect(entry.int(at: "entry.comment_count") == 1)
            #expect(entry.int(at: "entry.reactions.🔥") == 1)
            #expect(entry.value(at: "entry.reactions.only-hers") == nil)
            #expect(try await service.get("/api/board/\(theirs)/comments").strings("comments", "content") == ["by eve"])
            let own = try await service.get("/api/invites/my", as: "ada")
            #expect(own.string(at: "codes[0].status") == "used")
            #expect(own.string(at: "codes[0].used_by") != "kiwi")
        }
    }

    @Test("The export holds everything of one person and nothing of others")
    func export() async throws {
        try await withEngagement { service in
            let post = try await service.newPost(as: "ada", ["content": "mine", "tags": ["t"]])
            _ = try await service.newPost(as: "eve", ["content": "eve's"])
            _ = try await service.post("/api/board/\(post)/comments", as: "ada", ["content": "mine too"])
            _ = try await service.post("/api/board/\(post)/comments", as: "eve", ["content": "eve's comment"])
            _ = try await service.post("/api/board/\(post)/reactions", as: "ada", ["reaction": "🔥"])
            let code = try await service.newInvite(of: "ada")
            let export = try #require(try await service.export("ada")["engagement"])
            #expect(export["posts"]?.elements.compactMap { $0["content"]?.string } == ["mine"])
            #expect(export["comments"]?.elements.compactMap { $0["content"]?.string } == ["mine too"])
            #expect(export["reactions"]?.elements.compactMap { $0["reaction"]?.string } == ["🔥"])
            #expect(export["invites"]?.elements.compactMap { $0["code"]?.string } == [code])
        }
    }

    @Test("A long history is exported whole")
    func longHistory() async throws {
        try await withEngagement { service in
            _ = try await service.database.write(
                """
                INSERT INTO board_entries (id, author, content, created_at)
                SELECT 'e' || n, 'ada', 'x', timestamptz '2026-01-01' + n / 3 * interval '1 second'
                FROM generate_series(1, 2500) AS n
                """
            )
            _ = try await service.database.write(
                """
                INSERT INTO board_comments (id, entry_id, author, content, created_at)
                SELECT 'c' || n, 'e1', 'ada', 'x', '2026-01-01'
                FROM generate_series(1, 2000) AS n
                """
            )
            let history = try await PostgresBoardStore(database: service.database).history(of: "ada")
            #expect(Set(history.posts.map(\.id)).count == 2_500)
            #expect(history.posts.count == 2_500)
            #expect(Set(history.comments.map(\.id)).count == 2_000)
            #expect(history.comments.count == 2_000)
        }
    }
}
