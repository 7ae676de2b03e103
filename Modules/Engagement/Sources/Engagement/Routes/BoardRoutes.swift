import Contracts
import HTTPTypes
import JSONText
import Kernel
import Postgres

/// `/api/board`: reading and posting (original-api.md, 1.11).
struct BoardRoutes: Sendable {
    let store: any BoardStore
    let conversations: any BoardConversations
    let people: People
    let authors: BoardAuthors
    let links: Links
    let services: KernelServices

    private static let posts = RateLimitRule(
        name: "board_posts",
        scope: .principal,
        setting: "engagement.board_posts_per_minute",
        window: 60
    )

    private static let replies = RateLimitRule(
        name: "board_replies",
        scope: .principal,
        setting: "engagement.board_replies_per_minute",
        window: 60
    )

    func register(in registrar: ModuleRegistrar) {
        let reading = RoutePolicy(.recognised, limit: .reads)
        let changing = RoutePolicy(.authenticated, limit: Self.replies)
        let replying = RoutePolicy(.authenticated, limit: Self.replies, idempotency: .kept)
        registrar.get("/api/board", reading) { try await list($0) }
        registrar.post("/api/board", RoutePolicy(.recognised, limit: Self.posts, idempotency: .kept)) {
            try await post($0)
        }
        registrar.delete("/api/board", RoutePolicy(.open)) { _ in throw Self.cannotClear }
        registrar.get("/api/board/{id}", reading) { try await one($0) }
        registrar.patch("/api/board/{id}", changing) { try await edit($0) }
        registrar.delete("/api/board/{id}", changing) { try await delete($0) }
        registrar.post("/api/board/{id}/reactions", replying) { try await react($0) }
        registrar.delete("/api/board/{id}/reactions/{reaction}", changing) { try await unreact($0) }
        registrar.get("/api/board/{id}/comments", reading) { try await comments($0) }
        registrar.post("/api/board/{id}/comments", replying) { try await comment($0) }
        registrar.delete("/api/board/{id}/comments/{comment}", changing) { try await deleteComment($0) }
    }

    /// As in the original, for everybody and always.
    private static let cannotClear = APIError.forbidden(
        "The board cannot be cleared. Delete a post of yours with DELETE /api/board/{id}.",
        code: "not_allowed"
    )

    static let unknownEntry = APIError.notFound("There is no such post.")
}

// MARK: Reading

extension BoardRoutes {
    private func list(_ request: APIRequest) async throws -> APIResponse {
        let limit = try request.query.int("limit", default: 20, in: 1...50)
        let before = try request.position() ?? .newest
        var filter = BoardFilter(hiding: try await people.hidden(from: request.principal))
        let category = try request.query.optional("category")?.lowercased()
        if category != "all" { filter.category = category }
        filter.tag = try request.query.optional("tag").map { BoardText.folded(tag: $0) }
        if let author = try request.query.optional("author") {
            filter.author = try People.handle(author, field: "author").key
        }
        async let posted = store.posted()
        let page = try await store.entries(filter, before: before, limit: limit)
        let total = try await posted
        let shown = try await people.spellings(page.rows.map(\.author))
        var response = APIResponse.json(reserve: 256 + page.rows.count * 512) { json in
            json.beginObject()
            json.key("success")
            json.bool(true)
            json.key("entries")
            json.beginArray()
            for entry in page.rows {
                BoardWriter.write(entry, author: shown[entry.author] ?? entry.author, to: &json)
            }
            json.endArray()
            json.key("count")
            json.int(page.rows.count)
            json.key("total")
            json.int(total)
            json.key("limit")
            json.int(limit)
            if let next = page.next {
                json.key("next")
                json.string(next.cursor)
            }
            json.key("_source")
            json.string("postgres")
            json.endObject()
        }
        response.headers[.cacheControl] = Self.caching(request)
        response.headers[.vary] = "Authorization, X-Vibe-Token"
        return response
    }

    /// Shared caches may keep what everybody sees, as long as the original let them; not what blocks have thinned out.
    static func caching(_ request: APIRequest) -> String {
        request.principal == nil ? "public, s-maxage=30, stale-while-revalidate=60" : "private, no-cache"
    }

    private func one(_ request: APIRequest) async throws -> APIResponse {
        let (entry, _) = try await visible(request)
        let shown = try await people.spellings([entry.author])
        return .json { json in
            json.beginObject()
            json.key("success")
            json.bool(true)
            json.key("entry")
            BoardWriter.write(entry, author: shown[entry.author] ?? entry.author, to: &json)
            json.key("shareUrl")
            json.string(links.share(entry.id))
            json.endObject()
        }
    }

    /// The entry that the address names, as the caller may see it, and whom they must not see.
    ///
    /// - Throws: 404, also for an entry of somebody blocked.
    func visible(_ request: APIRequest) async throws -> (entry: BoardEntry, hidden: [String]) {
        let id = try request.parameter("id")
        async let hidden = people.hidden(from: request.principal)
        guard let entry = try await store.entry(id) else { throw Self.unknownEntry }
        guard !(try await hidden.contains(entry.author)) else { throw Self.unknownEntry }
        return (entry, try await hidden)
    }
}

// MARK: Posting

extension BoardRoutes {
    private func post(_ request: APIRequest) async throws -> APIResponse {
        let body = try request.json()
        guard let content = try BoardText.content(body) else { throw APIError.missing(field: "content") }
        let word = try body.optionalString("category", limit: 64)
        let category = try word.flatMap { $0.isEmpty ? nil : $0 }.map(Category.init) ?? .general
        let tags = try BoardText.tags(body) ?? []
        let (author, isVerified) = try await authors.author(request, body)
        let entry = BoardEntry(
            id: services.ids.make("entry_", at: request.receivedAt),
            author: author.handle,
            content: content,
            category: category.name,
            tags: tags,
            createdAt: request.receivedAt,
            isVerified: isVerified
        )
        do {
            try await store.post(
                entry,
                events: isVerified ? events(for: entry, category, by: author) : [],
                through: request.writer
            )
        } catch is AuthorGone {
            throw APIError(.conflict, code: "person_gone", "@\(author.shown) is gone.", field: "author")
        }
        return .json(.created) { json in
            json.beginObject()
            json.key("success")
            json.bool(true)
            json.key("id")
            json.string(entry.id)
            json.key("entry")
            BoardWriter.write(entry, author: author.shown, to: &json) { json in
                json.key("comments")
                json.beginArray()
                json.endArray()
                json.key("_storage")
                json.string("postgres")
            }
            json.key("shareUrl")
            json.string(links.share(entry.id))
            json.key("streak")
            json.string(
                isVerified
                    ? "What counts towards your streak is added in a moment."
                    : "Only posts with a token count towards a streak."
            )
            json.endObject()
        }
    }

    /// What the post sets off elsewhere.
    private func events(for entry: BoardEntry, _ category: Category, by author: Person) -> [PostgresQuery] {
        services.events.statements(
            for: BoardPosted(
                id: entry.id,
                author: author.handle,
                category: category.eventName,
                day: people.directory.day(of: author, at: entry.createdAt)
            )
        )
    }
}
