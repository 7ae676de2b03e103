import HTTPTypes
import JSONText
import Kernel
import Postgres

/// `/api/agents/keys`: the API keys of the caller's handle.
struct APIKeyRoutes: Sendable {
    let store: any APIKeyStore
    let issuer: APIKeyIssuer
    let credentials: Credentials
    let audit: AuditTrail
    let limiter: ExactLimiter

    func add(to registrar: ModuleRegistrar) {
        let write = RoutePolicy(.authenticated, limit: .reads, idempotency: .secret)
        registrar.get("/api/agents/keys", RoutePolicy(.authenticated, limit: .reads), list)
        registrar.post("/api/agents/keys", write, create)
        // Any key may replace or end itself.
        var own = write
        own.right = .any
        registrar.post("/api/agents/keys/{id}/rotate", own, rotate)
        registrar.delete("/api/agents/keys/{id}", RoutePolicy(.authenticated, limit: .reads, right: .any), revoke)
    }

    private func list(_ request: APIRequest) async throws -> APIResponse {
        let keys = try await store.live(of: try request.owner().handle, at: request.receivedAt)
        return .json(.ok, ["success": true, "keys": .array(keys.map(Self.row)), "count": .int(keys.count)])
    }

    private func create(_ request: APIRequest) async throws -> APIResponse {
        let handle = try request.owner().handle
        let fields = try request.json()
        let label = try fields.firstText(of: "label", limit: 100)
        let scopes = try APIKeyScopes.read(fields)
        try await take(handle)
        let issued = issuer.issue(for: handle, label: label, scopes: scopes, at: request.receivedAt)
        try await write(
            [
                PostgresAPIKeyStore.lock(handle),
                PostgresAPIKeyStore.room(for: handle, atMost: APIKeyRecord.limit, at: request.receivedAt),
                issued.insertion, audit.record(.apiKeyIssued, of: handle, issued.record.id, in: request),
            ],
            request
        )
        return Self.answer(issued, replaced: nil)
    }

    /// Gives out a key in the place of another, which stays good for a while, so that programs can change over.
    private func rotate(_ request: APIRequest) async throws -> APIResponse {
        let principal = try request.caller()
        let id = try request.parameter("id")
        // A key may replace itself: that takes nothing that its holder does not have.
        if principal.scopes != nil, id != principal.sessionID { _ = try request.owner() }
        let fields = try request.json()
        let hours = try fields.optionalInt("overlap_hours", in: 0...Self.longestOverlap) ?? Self.usualOverlap
        let old = try await store.live(of: principal.handle, at: request.receivedAt).first { $0.id == id }
        // One that was replaced already cannot replace itself again: whoever found it would keep what they found.
        guard let old, old.expiresAt == nil else { throw Self.unknown }
        try await take(principal.handle)
        let now = request.receivedAt
        let end = PostgresTimestamp(microseconds: now.microseconds + hours * 3_600 * 1_000_000)
        let issued = issuer.issue(for: principal.handle, label: old.label, scopes: old.scopes, at: now)
        try await write(
            [
                PostgresAPIKeyStore.lock(principal.handle),
                PostgresAPIKeyStore.retirement(of: id, handle: principal.handle, at: end, now: now),
                PostgresAPIKeyStore.room(for: principal.handle, atMost: APIKeyRecord.limit, at: now),
                issued.insertion, audit.record(.apiKeyRotated, of: principal.handle, id, in: request),
            ],
            request
        )
        credentials.forget(id)
        return Self.answer(issued, replaced: (id, end))
    }

    /// Hours for which the old key stays good.
    private static let usualOverlap: Int64 = 24
    private static let longestOverlap: Int64 = 168

    private func revoke(_ request: APIRequest) async throws -> APIResponse {
        let principal = try request.caller()
        let id = try request.parameter("id")
        if principal.scopes != nil, id != principal.sessionID { _ = try request.owner() }
        let now = request.receivedAt
        try await write(
            [
                PostgresAPIKeyStore.retirement(of: id, handle: principal.handle, at: now, now: now),
                audit.record(.apiKeyRevoked, of: principal.handle, id, in: request),
            ],
            request
        )
        credentials.forget(id)
        return .json(.ok, ["success": true, "revoked": 1, "message": "API key ended"])
    }

    private func take(_ handle: String) async throws {
        let outcome = try await limiter.take(KeyLimits.newKeys, subject: handle)
        guard outcome.isAllowed else { throw outcome.refusal }
    }

    private func write(_ batch: [PostgresQuery], _ request: APIRequest) async throws {
        do {
            _ = try await request.write(batch)
        } catch let error as PostgresError where error.sqlState == PostgresAPIKeyStore.noRoom {
            throw APIError(
                .conflict,
                code: "too_many_keys",
                "A handle has at most \(APIKeyRecord.limit) live API keys. Revoke one first."
            )
        } catch let error as PostgresError where error.sqlState == PostgresAPIKeyStore.unknown {
            throw Self.unknown
        }
    }

    private static let unknown = APIError.notFound("You have no such API key.")

    // MARK: Answers

    private static func answer(
        _ issued: APIKeyIssuer.Issued,
        replaced: (id: String, end: PostgresTimestamp)?
    ) -> APIResponse {
        .json(
            .created,
            [
                "success": true, "api_key": .string(issued.key), "key": row(issued.record),
                "replaced": replaced.map { ["id": .string($0.id), "expiresAt": .timestamp($0.end.microseconds)] }
                    ?? .null,
                "message": "Keep the API key: it is shown only this once.",
            ]
        )
    }

    private static func row(_ key: APIKeyRecord) -> JSON {
        func time(_ time: PostgresTimestamp?) -> JSON { time.map { .timestamp($0.microseconds) } ?? .null }
        return [
            "id": .string(key.id), "label": key.label.map { .string($0) } ?? .null,
            "scopes": .array(key.scopes.sorted().map { .string($0) }), "createdAt": time(key.createdAt),
            "lastUsedAt": time(key.lastUsedAt), "expiresAt": time(key.expiresAt),
        ]
    }
}
