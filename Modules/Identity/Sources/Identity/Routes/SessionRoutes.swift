import Contracts
import HTTPTypes
import JSONText
import Kernel
import Postgres

/// `/api/auth`: what a token is worth, and how to take it back.
struct SessionRoutes: Sendable {
    let credentials: Credentials
    let audit: AuditTrail
    let sessions: any SessionStore
    let people: PeopleCache

    func add(to registrar: ModuleRegistrar) {
        // A dead token is an answer here, not an error.
        registrar.post("/api/auth/verify", RoutePolicy(.open, limit: .reads), verify)
        registrar.get("/api/auth/sessions", RoutePolicy(.authenticated, limit: .reads), list)
        registrar.delete("/api/auth/sessions/{id}", RoutePolicy(.authenticated, limit: .reads), revoke)
        registrar.post("/api/auth/logout-all", RoutePolicy(.authenticated, limit: .reads), revokeAll)
    }

    private func verify(_ request: APIRequest) async throws -> APIResponse {
        guard let token = Self.token(request.headers) else {
            return Self.invalid("Authentication required: send the token as Authorization: Bearer …")
        }
        guard let principal = try await credentials.authenticate(token) else {
            return Self.invalid("Authentication failed: this token is unknown, expired or revoked.")
        }
        // An API key has no end of its own.
        let session = try await credentials.tokens.session(of: token)
        return .json(
            .ok,
            [
                "success": true, "valid": true, "handle": .string(principal.person.shown),
                "userId": .string(principal.handle), "github": .null,
                "expiresAt": session.map { .int(Int($0.expiresAt.microseconds / 1_000_000)) } ?? .null, "error": .null,
            ]
        )
    }

    private static func invalid(_ reason: String) -> APIResponse {
        .json(
            .ok,
            [
                "success": true, "valid": false, "handle": .null, "userId": .null, "github": .null, "expiresAt": .null,
                "error": .string(reason),
            ]
        )
    }

    private static func token(_ headers: HTTPFields) -> String? {
        guard let field = headers[.authorization], field.prefix(7).lowercased() == "bearer " else { return nil }
        return String(field.dropFirst(7))
    }

    private func list(_ request: APIRequest) async throws -> APIResponse {
        let principal = try request.owner()
        let found = try await sessions.live(of: principal.handle, at: request.receivedAt)
        let rows = found.map { session -> JSON in
            [
                "id": .string(session.id), "client": session.client.map { .string($0) } ?? .null,
                "createdAt": .timestamp(session.createdAt.microseconds),
                "lastUsedAt": .timestamp(session.lastUsedAt.microseconds),
                "expiresAt": .timestamp(session.expiresAt.microseconds),
                "current": .bool(session.id == principal.sessionID),
            ]
        }
        return .json(.ok, ["success": true, "sessions": .array(rows), "count": .int(rows.count)])
    }

    private func revoke(_ request: APIRequest) async throws -> APIResponse {
        let principal = try request.owner()
        let id = try request.parameter("id")
        guard try await revoke(principal.handle, id: id, request) == 1 else {
            throw APIError.notFound("You have no such session.")
        }
        return .json(.ok, ["success": true, "revoked": 1, "message": "Session ended"])
    }

    private func revokeAll(_ request: APIRequest) async throws -> APIResponse {
        let count = try await revoke(try request.owner().handle, id: nil, request)
        return .json(.ok, ["success": true, "revoked": .int(count), "message": "Signed out everywhere"])
    }

    private func revoke(_ handle: String, id: String?, _ request: APIRequest) async throws -> Int {
        var others = [audit.record(.sessionsRevoked, of: handle, id == nil ? "all" : "one", in: request)]
        // A session in the wrong hands may have made keys, which the change feed then ends.
        if id == nil { others.append(PostgresAPIKeyStore.revocation(of: handle, id: nil, at: request.receivedAt)) }
        let revoked = try await sessions.revoke(of: handle, id: id, at: request.receivedAt, with: others)
        // Other instances hear of it through the change feed.
        for id in revoked { credentials.forget(id) }
        return revoked.count
    }
}
