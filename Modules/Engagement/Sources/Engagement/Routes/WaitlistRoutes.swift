import HTTPTypes
import JSONText
import Kernel

/// `/api/waitlist` (original-api.md, 1.15). Nobody learns whether an address is on the list: the answers are the same
/// for those that were there, and the original's look-up by address and its figures for everybody are gone.
struct WaitlistRoutes: Sendable {
    let store: any WaitlistStore

    private static let joins = RateLimitRule(
        name: "waitlist",
        scope: .address,
        setting: "engagement.waitlist_joins_per_hour",
        window: 3_600
    )

    func register(in registrar: ModuleRegistrar) {
        registrar.post("/api/waitlist", RoutePolicy(.lenient, limit: Self.joins, idempotency: .kept)) {
            try await join($0)
        }
        registrar.get("/api/waitlist", RoutePolicy(.open, limit: .reads)) { _ in try await figures() }
    }

    private func join(_ request: APIRequest) async throws -> APIResponse {
        let body = try request.json()
        let email = try EmailAddress(try body.string("email", limit: EmailAddress.limit), field: "email")
        let source = try body.optionalString("source", limit: 50)
        let referrer = try body.optionalString("referrer", limit: 200)
        let position = try await store.join(
            email,
            source: source,
            referrer: referrer,
            handle: request.principal?.handle,
            at: request.receivedAt,
            through: request.writer
        )
        return .json(
            .ok,
            [
                "success": true, "position": .int(position),
                "message": .string(
                    "You are number \(position). If you have asked before, your earlier place counts."
                ),
            ]
        )
    }

    private func figures() async throws -> APIResponse {
        let total = try await store.asked()
        return .json(
            .ok,
            ["success": true, "total": .int(total), "message": .string("Asked \(total) times so far.")]
        )
    }
}
