import HTTPTypes
import JSONText
import Kernel

/// Request in, response out.
struct EngagementRoutes: Sendable {
    let store: any EngagementStore
    let services: KernelServices

    private static let writes = RateLimitRule(
        name: "engagement",
        scope: .principal,
        setting: "limits.engagement_per_minute",
        window: 60
    )

    func register(in registrar: ModuleRegistrar) {
        registrar.post(
            "/api/engagement",
            RoutePolicy(.authenticated, limit: Self.writes, idempotency: .kept),
            add
        )
        registrar.get("/api/engagement", RoutePolicy(.recognised, limit: .reads), list)
    }

    @Sendable
    private func add(_ request: APIRequest) async throws -> APIResponse {
        let body = try request.json()
        let entry = Entry(
            id: services.ids.make("engagement_", at: request.receivedAt),
            author: try request.caller().handle,
            text: try body.string("text", limit: 280),
            createdAt: request.receivedAt
        )
        try await store.add(entry, through: request.writer)
        return .json(.created, ["success": true, "entry": entry.json])
    }

    @Sendable
    private func list(_ request: APIRequest) async throws -> APIResponse {
        let limit = try request.query.int("limit", default: 20, in: 1...100)
        let cursor = try request.query.optional("cursor").map { try EntryCursor($0) }
        let entries = try await store.newest(limit, before: cursor)
        var answer: [(String, JSON)] = [("success", true), ("entries", .array(entries.map(\.json)))]
        if entries.count == limit, let last = entries.last {
            answer.append(("next", .string(EntryCursor(last).text)))
        }
        return .json(.ok, .object(answer))
    }
}
