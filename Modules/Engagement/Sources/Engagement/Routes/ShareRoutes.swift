import HTTPTypes
import Kernel

/// `/share/{id}` and, as it was first called, `/api/share/{id}`: a post as a page (original-api.md, 1.26).
struct ShareRoutes: Sendable {
    let store: any BoardStore
    let people: People
    let links: Links

    func register(in registrar: ModuleRegistrar) {
        let policy = RoutePolicy(.open, limit: .reads)
        registrar.get("/share/{id}", policy) { try await card($0) }
        registrar.get("/api/share/{id}", policy) { try await card($0) }
    }

    private func card(_ request: APIRequest) async throws -> APIResponse {
        guard let entry = try await store.entry(try request.parameter("id")) else {
            return SharePage.unknown.response(.notFound, caching: "no-store")
        }
        let author = try await people.spellings([entry.author])[entry.author] ?? entry.author
        return SharePage.page(of: entry, author: author, url: links.share(entry.id)).response()
    }
}
