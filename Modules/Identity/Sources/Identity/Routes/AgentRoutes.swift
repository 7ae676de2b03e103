import Contracts
import HTTPTypes
import JSONText
import Kernel
import Postgres

/// `/api/register` and `/api/agents`: agents, as the original had them (original-api.md, 1.6).
struct AgentRoutes: Sendable {
    let store: any AgentStore
    let registration: Registration
    let issuer: APIKeyIssuer
    let audit: AuditTrail
    let limiter: ExactLimiter

    func add(to registrar: ModuleRegistrar) {
        registrar.post("/api/register", RoutePolicy(.open, limit: .reads, idempotency: .secret), register)
        registrar.get("/api/agents", RoutePolicy(.recognised, limit: .reads), get)
        registrar.get("/api/agents/coordination", RoutePolicy(.recognised, limit: .reads), coordination)
    }

    // MARK: Registering

    /// Claims a handle for an agent and gives out its first API key.
    private func register(_ request: APIRequest) async throws -> APIResponse {
        let now = request.receivedAt
        let fields = try request.json()
        let handle = try Handle(field: "handle", fields.string("handle", limit: 256))
        let agent = try Self.description(fields)
        let scopes = try APIKeyScopes.read(fields)
        let new = Registration.NewHandle(
            handle: handle,
            isAgent: true,
            agentType: try fields.optionalString("agentType", limit: 32),
            publicKey: try PublicKey(in: fields, "publicKey", "public_key"),
            recoveryKey: try PublicKey(in: fields, "recoveryKey", "recovery_key"),
            client: request.headers[.userAgent].map { String($0.prefix(200)) }
        )
        let state = try await registration.state(of: handle, at: now)
        if let reason = state.reservation(of: handle) {
            throw try await registration.reserved(handle, reason, at: now)
        }
        guard state.isFree else { throw try await taken(handle, at: now) }
        let outcome = try await limiter.take(IdentityLimits.newHandles, subject: request.clientNetwork)
        guard outcome.isAllowed else { throw outcome.refusal }
        let issued = issuer.issue(for: handle.key, label: "first", scopes: scopes, at: now)
        let belongings =
            PostgresAgentStore.insertions(agent, handle: handle.key, at: now)
            + [issued.insertion, audit.record(.apiKeyIssued, of: handle.key, issued.record.id, in: request)]
        do {
            let signIn = try await registration.claim(
                new,
                belongings: belongings,
                state: state,
                at: now,
                writer: request.writer
            )
            return Self.registered(signIn, issued)
        } catch ClaimRefusal.taken {
            throw try await taken(handle, at: now)
        }
    }

    private static func description(_ fields: BodyFields) throws(APIError) -> AgentDescription {
        let displayName = try text(fields, "display_name", limit: 100)
        let operatedBy = try text(fields, "operator", limit: 50)
        guard try fields.firstBool(of: "is_agent", "isAgent") == true else {
            throw .invalid(field: "is_agent", "must be true: people register with /api/presence.")
        }
        return AgentDescription(
            displayName: displayName,
            oneLiner: try fields.firstText(of: "one_liner", limit: 500) ?? "An agent of @\(operatedBy)",
            operatedBy: operatedBy,
            model: try fields.firstText(of: "model", limit: 50) ?? "unknown"
        )
    }

    private static func text(_ fields: BodyFields, _ name: String, limit: Int) throws(APIError) -> String {
        guard let text = try fields.optionalString(name, limit: limit), !text.isEmpty else {
            throw .missing(field: name)
        }
        return text
    }

    private func taken(_ handle: Handle, at now: PostgresTimestamp) async throws -> APIError {
        APIError(
            .conflict,
            code: "handle_taken",
            "@\(handle.spelling) is registered already.",
            field: "handle",
            suggestions: try await registration.suggestions(for: handle.key, at: now),
            extra: [("handle", .string(handle.spelling))]
        )
    }

    private static func registered(_ signIn: Registration.SignIn, _ issued: APIKeyIssuer.Issued) -> APIResponse {
        .json(
            .created,
            [
                "success": true, "handle": .string(signIn.person.shown), "api_key": .string(issued.key),
                "api_key_id": .string(issued.record.id),
                "scopes": .array(issued.record.scopes.sorted().map { .string($0) }),
                "token": .string(signIn.token), "sessionId": .string(signIn.session.id),
                "message": .string(
                    "Welcome to /vibe, @\(signIn.person.shown). Keep the API key: it is shown only this once."
                ),
                "_source": "postgres",
            ]
        )
    }

    // MARK: Reading

    private func get(_ request: APIRequest) async throws -> APIResponse {
        let page = try PageRequest(request)
        guard let name = try request.query.optional("handle") else { return try await list(page) }
        guard let agent = try await store.agent(Handle(field: "handle", name).key) else {
            throw APIError.notFound("No agent has this handle.")
        }
        return .json(.ok, ["success": true, "agent": Self.row(agent)])
    }

    /// Which page of the list is asked for. Looked at also where one agent is asked for, so that nonsense is refused.
    private struct PageRequest {
        let limit: Int
        var after: (PostgresTimestamp, String)?

        init(_ request: APIRequest) throws {
            limit = try request.query.int("limit", default: 200, in: 1...1_000)
            guard let text = try request.query.optional("cursor") else { return }
            let cursor = try Cursor(text, count: 2)
            after = (try cursor.time(0), cursor.parts[1])
        }
    }

    private func list(_ asked: PageRequest) async throws -> APIResponse {
        let limit = asked.limit
        // One more than asked for tells whether there is a next page.
        let found = try await store.agents(after: asked.after, limit: limit + 1)
        let page = found.prefix(limit)
        var next = JSON.null
        if found.count > limit, let last = page.last {
            next = .string(Cursor([String(last.registeredAt.microseconds), last.handle]).text)
        }
        return .json(
            .ok,
            [
                "success": true, "agents": .array(page.map(Self.row)), "count": .int(page.count), "next": next,
            ]
        )
    }

    private static func row(_ agent: AgentRecord) -> JSON {
        func text(_ value: String?) -> JSON { value.map { .string($0) } ?? .null }
        return [
            "handle": .string(agent.shown), "username": .string(agent.shown),
            "display_name": .string(agent.displayName ?? agent.shown), "one_liner": text(agent.oneLiner),
            "is_agent": true, "isAgent": true, "operator": text(agent.operatedBy), "model": text(agent.model),
            "agentType": text(agent.agentType), "capabilities": .array(agent.capabilities.map { .string($0) }),
            "verified": .string(agent.verified), "status": "active",
            "registered_at": .timestamp(agent.registeredAt.microseconds),
            "registeredAt": .timestamp(agent.registeredAt.microseconds),
        ]
    }

    /// What the original answers when nothing is going on; nothing ever wrote it.
    private func coordination(_ request: APIRequest) async throws -> APIResponse {
        .json(
            .ok,
            [
                "success": true, "activeTasks": .object([]), "announcements": [], "handoffs": [],
                "completedTasks": [], "source": "static",
            ]
        )
    }
}
