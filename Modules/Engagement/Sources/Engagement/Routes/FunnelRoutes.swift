import Contracts
import HTTPTypes
import JSONText
import Kernel

/// `/api/events` and, as newer clients say, `/api/analytics/events` (original-api.md, 1.20; clients.md, 1.1).
///
/// What clients send beside the event, a machine's name for one, is read and not kept.
struct FunnelRoutes: Sendable {
    let store: any FunnelStore
    let people: People

    private static let events = RateLimitRule(
        name: "funnel_events",
        scope: .principal,
        setting: "engagement.funnel_events_per_minute",
        window: 60
    )

    func register(in registrar: ModuleRegistrar) {
        let counting = RoutePolicy(.lenient, limit: Self.events, idempotency: .kept)
        registrar.post("/api/events", counting) { try await event($0) }
        registrar.get("/api/events", RoutePolicy(.open, limit: .reads)) { try await today($0) }
        registrar.post("/api/analytics/events", counting) { try await analytics($0) }
    }

    private func event(_ request: APIRequest) async throws -> APIResponse {
        let body = try request.json()
        let name = try body.string("event", limit: 50)
        _ = try body.optionalObject("metadata")
        guard let event = FunnelEvent(rawValue: name) else {
            let known = FunnelEvent.allCases.map(\.rawValue).joined(separator: ", ")
            throw APIError.invalid(field: "event", "must be one of \(known).")
        }
        try await count(event, request, body)
        return Self.answer(name, isCounted: true)
    }

    /// Takes events of any name, since clients do not look at the answer, and counts those it knows.
    private func analytics(_ request: APIRequest) async throws -> APIResponse {
        let body = try request.json()
        let name = try body.string("type", limit: 100)
        _ = try body.optionalObject("data")
        let event = FunnelEvent(rawValue: name)
        if let event {
            try await count(event, request, body)
        } else {
            _ = try body.optionalString("handle", limit: 100)
        }
        return Self.answer(name, isCounted: event != nil)
    }

    /// A token says who it was; without one, the name in the body, if it is somebody's.
    private func count(_ event: FunnelEvent, _ request: APIRequest, _ body: BodyFields) async throws {
        let name = try body.optionalString("handle", limit: 100)
        var person = request.principal?.person
        if person == nil, let name, let handle = try? Handle(name) {
            person = try await people.directory.person(handle.key)
        }
        let isSomebody = person.map { $0.kind == .human || $0.kind == .agent } ?? false
        try await store.count(
            event,
            by: isSomebody ? person?.handle : nil,
            at: request.receivedAt,
            through: request.writer
        )
    }

    private static func answer(_ event: String, isCounted: Bool) -> APIResponse {
        .json(
            .ok,
            ["success": true, "event": .string(event), "logged": .bool(isCounted), "storage": "postgres"]
        )
    }

    private func today(_ request: APIRequest) async throws -> APIResponse {
        let counts = try await store.day(of: request.receivedAt)
        return .json(
            .ok,
            [
                "success": true, "today": .object(counts.map { ($0.event, .int($0.times)) }), "storage": "postgres",
            ]
        )
    }
}
