import Contracts
import JSONText
import Kernel
import KernelTesting
import Postgres
import Synchronization
import Testing

@testable import Engagement

@Suite("Board", .serialized)
struct BoardTests {
    @Test("A post with a token is its owner's, whatever the body says, in the shape of both generations")
    func post() async throws {
        try await withEngagement(clock: ManualClock()) { service in
            let answer = try await service.post(
                "/api/board",
                as: "grace_h",
                [
                    "author": "ada", "content": "shipped it", "category": "shipped",
                    "tags": ["#swift", "swift", "Postgres", ""],
                ]
            )
            #expect(answer.status == 201)
            #expect(try await service.undocumented(answer, "post", "/api/board").isEmpty)
            #expect(answer.string(at: "entry.author") == "grace-h")
            #expect(answer.bool(at: "entry.verified") == true)
            #expect(answer.string(at: "entry.category") == "shipped")
            #expect(answer.strings("entry.tags", "") == ["swift", "Postgres"])
            #expect(answer.int(at: "entry.timestamp") == 1_767_888_000_000)
            #expect(answer.string(at: "entry.created_at") == "2026-01-08T16:00:00.000000Z")
            let id = try #require(answer.string(at: "id"))
            #expect(answer.string(at: "shareUrl") == "http://127.0.0.1:8080/share/\(id)")

            let list = try await service.get("/api/board?category=shipped")
            #expect(try await service.undocumented(list, "get", "/api/board").isEmpty)
            #expect(list.strings("entries", "id") == [id])
            #expect(list.int(at: "total") == 1)
            let one = try await service.get("/api/board/\(id)")
            #expect(try await service.undocumented(one, "get", "/api/board/{id}").isEmpty)
            #expect(one.string(at: "entry.content") == "shipped it")
        }
    }

    @Test("A post of over 500 characters is taken, up to 2,000 UTF-16 units")
    func length() async throws {
        try await withEngagement { service in
            for text in [String(repeating: "x", count: 2_000), String(repeating: "😀", count: 1_000)] {
                let answer = try await service.post("/api/board", ["author": "ada", "content": .string(text)])
                #expect(answer.status == 201)
                #expect(answer.string(at: "entry.content") == text)
            }
            let longer = String(repeating: "😀", count: 1_001)
            let refused = try await service.post("/api/board", ["author": "ada", "content": .string(longer)])
            #expect(refused.status == 400)
            #expect(refused.string(at: "code") == "text_too_long")
        }
    }

    @Test("Pages follow each other without gap or repetition, also when posts share a time, by every filter")
    func paging() async throws {
        let clock = ManualClock()
        try await withEngagement(clock: clock) { service in
            for number in 1...9 {
                _ = try await service.post(
                    "/api/board",
                    as: number % 2 == 0 ? "ada" : "eve",
                    [
                        "content": "\(number)", "category": number % 3 == 0 ? "idea" : "riff",
                        "tags": number > 4 ? ["Late", "x\(number)"] : ["early"],
                    ]
                )
                if number % 2 == 0 { clock.advance(by: .seconds(1)) }
            }
            let filters: [(String, Int)] = [
                ("", 9), ("category=all", 9), ("category=idea", 3), ("category=nothing", 0), ("tag=late", 5),
                ("tag=%23LATE", 5), ("tag=late&category=riff", 3), ("author=ada", 4), ("author=@Eve&tag=late", 3),
                ("author=eve&category=idea", 2), ("author=nobody", 0),
            ]
            for (filter, count) in filters {
                let all = try await service.get("/api/board?\(filter)&limit=50").strings("entries", "content")
                #expect(all.count == count, "\(filter)")
                #expect(try await walk("/api/board?\(filter)&limit=2", "entries", service) == all, "\(filter)")
            }
            let newest = try await service.get("/api/board?limit=50").strings("entries", "created_at")
            #expect(newest == newest.sorted(by: >))
            #expect(try await walk("/api/feed?limit=4", "items", service).count == 9)
        }
    }

    /// The contents of all pages.
    private func walk(_ path: String, _ list: String, _ service: EngagementService) async throws -> [String] {
        var found: [String] = []
        var cursor: String?
        repeat {
            let page = try await service.get(path + (cursor.map { "&cursor=\($0)" } ?? ""))
            #expect(page.status == 200)
            found += page.strings(list, "content")
            cursor = page.string(at: "next")
        } while cursor != nil && found.count < 100
        return found
    }

    @Test("Only its author changes a post; the category stays, and the tags lead to it")
    func edit() async throws {
        let clock = ManualClock()
        try await withEngagement(clock: clock) { service in
            let id = try await service.newPost(as: "ada", ["content": "first", "tags": ["old"]])
            clock.advance(by: .seconds(60))
            let path = "/api/board/\(id)"
            #expect(try await service.send("PATCH", path, as: "eve", raw: #"{"content":"x"}"#).status == 403)
            #expect(try await service.send("PATCH", path, raw: #"{"content":"x"}"#).status == 401)
            let category = try await service.send("PATCH", path, as: "ada", raw: #"{"category":"idea"}"#)
            #expect(category.status == 400)
            #expect(category.string(at: "field") == "category")
            #expect(try await service.send("PATCH", path, as: "ada", raw: "{}").status == 400)

            let edited = try await service.send(
                "PATCH",
                path,
                as: "ada",
                raw: #"{"content":"second","tags":["new","newer"]}"#
            )
            #expect(edited.status == 200)
            #expect(try await service.undocumented(edited, "patch", "/api/board/{id}").isEmpty)
            #expect(edited.string(at: "entry.edited_at") == "2026-01-08T16:01:00.000000Z")
            #expect(try await service.get(path).string(at: "entry.content") == "second")
            #expect(try await service.get("/api/board?tag=old").count(at: "entries") == 0)
            #expect(try await service.get("/api/board?tag=newer").strings("entries", "id") == [id])
            _ = try await service.send("PATCH", path, as: "ada", raw: #"{"content":"third"}"#)
            #expect(try await service.get("/api/board?tag=newer").strings("entries", "content") == ["third"])
        }
    }

    @Test("Only its author deletes a post; everything said to it goes too")
    func delete() async throws {
        try await withEngagement { service in
            let id = try await service.newPost(as: "ada", ["content": "gone", "category": "shipped", "tags": ["t"]])
            _ = try await service.post("/api/board/\(id)/comments", as: "eve", ["content": "why?"])
            _ = try await service.post("/api/board/\(id)/reactions", as: "eve", ["reaction": "🔥"])
            #expect(try await service.client.delete("/api/board/\(id)").status == 401)
            #expect(try await service.send("DELETE", "/api/board/\(id)", as: "eve", raw: "").status == 403)
            let answer = try await service.send("DELETE", "/api/board/\(id)", as: "ada", raw: "")
            #expect(answer.status == 200)
            #expect(try await service.undocumented(answer, "delete", "/api/board/{id}").isEmpty)
            for table in ["board_entries", "board_tags", "board_comments", "board_reactions"] {
                #expect(try await service.value("SELECT count(*) FROM \(unescaped: table)") == 0, "\(table)")
            }
            #expect(try await service.get("/api/board/\(id)").status == 404)
            #expect(try await service.send("DELETE", "/api/board/\(id)", as: "ada", raw: "").status == 404)
            #expect(try await service.profile(of: "ada").value(at: "board.ships")?.int64 == 0)
        }
    }

    @Test("Nobody clears the board")
    func clear() async throws {
        try await withEngagement { service in
            let id = try await service.newPost(as: "ada", ["content": "stays"])
            for handle in [nil, "ada"] {
                let answer = try await service.send("DELETE", "/api/board", as: handle, raw: #"{"id":"\#(id)"}"#)
                #expect(answer.status == 403)
            }
            #expect(try await service.get("/api/board/\(id)").status == 200)
        }
    }

    @Test("The same Idempotency-Key posts once, with one event")
    func idempotency() async throws {
        let posted = EventNotes<BoardPosted>()
        try await withEngagement(extra: [posted]) { service in
            var ids: Set<String?> = []
            for _ in 1...2 {
                let answer = try await service.client.post(
                    "/api/board",
                    token: StandInIdentity.token(of: "ada"),
                    headers: [("Idempotency-Key", "one-post")],
                    json: ["content": "once"]
                )
                #expect(answer.status == 201)
                ids.insert(answer.string(at: "id"))
            }
            #expect(ids.count == 1)
            #expect(try await service.get("/api/board").count(at: "entries") == 1)
            try await eventually("the event arrived") { posted.events.count == 1 }
        }
    }

    @Test("A verified post raises BoardPosted with the author's own day; ships are called ship")
    func events() async throws {
        let posted = EventNotes<BoardPosted>()
        try await withEngagement(clock: ManualClock(), extra: [posted]) { service in
            let ship = try await service.newPost(as: "kiwi", ["content": "x", "category": "shipped"])
            let idea = try await service.newPost(as: "ada", ["content": "y", "category": "IDEA"])
            try await eventually("both events arrived") { posted.events.count == 2 }
            let byID = Dictionary(uniqueKeysWithValues: posted.events.map { ($0.id, $0) })
            #expect(byID[ship] == BoardPosted(id: ship, author: "kiwi", category: "ship", day: "2026-01-09"))
            #expect(byID[idea] == BoardPosted(id: idea, author: "ada", category: "idea", day: "2026-01-08"))
        }
    }

    @Test("A profile shows what was posted with a token, the public figures count everything")
    func figures() async throws {
        try await withEngagement { service in
            for number in 1...6 {
                _ = try await service.newPost(
                    as: "ada",
                    ["content": "\(number)", "category": number % 2 == 0 ? "shipped" : "idea"]
                )
            }
            _ = try await service.post("/api/board", ["author": "ada", "content": "not hers", "category": "shipped"])
            let board = try await service.profile(of: "ada")["board"]
            #expect(board?["posts"]?.int64 == 6)
            #expect(board?["ships"]?.int64 == 3)
            #expect(board?["recent"]?.elements.compactMap { $0["content"]?.string } == ["6", "5", "4", "3", "2"])
            #expect(try await service.profile(of: "eve").value(at: "board.posts")?.int64 == 0)
            let stats = try await service.get("/api/stats")
            #expect(stats.int(at: "board_entries") == 7)
            #expect(try await service.undocumented(stats, "get", "/api/stats").isEmpty)
        }
    }
}

/// Takes note of the events of a kind.
final class EventNotes<Event: DomainEvent>: FeatureModule {
    private let noted = Mutex<[Event]>([])

    var events: [Event] { noted.withLock { $0 } }

    let manifest = ModuleManifest(name: "event_notes", summary: "Takes note of events")
    let openAPI = "paths: {}\n"

    func register(in registrar: ModuleRegistrar) throws {
        registrar.handle(Event.self, as: "note") { event, _ in self.noted.withLock { $0.append(event) } }
    }
}

extension EngagementService {
    /// Posts, and gives the entry's id.
    func newPost(as handle: String?, _ json: JSON) async throws -> String {
        let answer = try await post("/api/board", as: handle, json)
        return try #require(answer.string(at: "id"), "\(answer)")
    }
}
