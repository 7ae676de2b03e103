import HTTPTypes
import JSONText
import Kernel

/// `GET /api/feed`: the board as the feed of January 2026 (original-api.md, 1.12).
struct FeedRoutes: Sendable {
    let store: any BoardStore
    let people: People
    let links: Links

    func register(in registrar: ModuleRegistrar) {
        registrar.get("/api/feed", RoutePolicy(.recognised, limit: .reads)) { try await feed($0) }
    }

    private func feed(_ request: APIRequest) async throws -> APIResponse {
        let limit = try request.query.int("limit", default: 20, in: 1...50)
        let before = try request.position() ?? .newest
        let filter = BoardFilter(hiding: try await people.hidden(from: request.principal))
        let page = try await store.entries(filter, before: before, limit: limit)
        let shown = try await people.spellings(page.rows.map(\.author))
        var response = APIResponse.json(reserve: 256 + page.rows.count * 768) { json in
            json.beginObject()
            json.key("ok")
            json.bool(true)
            json.key("success")
            json.bool(true)
            json.key("items")
            json.beginArray()
            for entry in page.rows {
                BoardWriter.writeFeedItem(
                    entry,
                    author: shown[entry.author] ?? entry.author,
                    url: links.share(entry.id),
                    to: &json
                )
            }
            json.endArray()
            json.key("count")
            json.int(page.rows.count)
            if let next = page.next {
                json.key("next")
                json.string(next.cursor)
            }
            json.endObject()
        }
        response.headers[.cacheControl] = BoardRoutes.caching(request)
        response.headers[.vary] = "Authorization, X-Vibe-Token"
        return response
    }
}
