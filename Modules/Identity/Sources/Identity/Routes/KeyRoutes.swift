import Contracts
import HTTPTypes
import JSONText
import Kernel
import Postgres

/// `/api/identity` and `/api/auth/migrate`: handles that belong to a key (original-api.md, 1.24; clients.md, 5.3).
struct KeyRoutes: Sendable {
    let keys: any KeyStore
    let users: any UserStore
    let registration: Registration
    let people: PeopleCache
    let credentials: Credentials
    let proofs: [any ProofFinder]
    let audit: AuditTrail
    let limiter: ExactLimiter
    let events: EventPublisher

    func add(to registrar: ModuleRegistrar) {
        registrar.post("/api/identity", RoutePolicy(.lenient, limit: .reads, idempotency: .secret), create)
        registrar.post("/api/identity/{handle}/rotate", RoutePolicy(.open, limit: .reads, idempotency: .secret), rotate)
        registrar.post("/api/identity/{handle}/revoke", RoutePolicy(.open, limit: .reads), revoke)
        registrar.post("/api/auth/migrate", RoutePolicy(.lenient, limit: .reads, idempotency: .secret), migrate)
    }

    // MARK: A new identity

    /// Claims a handle for a key; of the caller's own handle, registers the key it has none of.
    private func create(_ request: APIRequest) async throws -> APIResponse {
        let now = request.receivedAt
        let fields = try request.json()
        guard let name = try fields.firstText(of: "name", "handle", "username", limit: 256) else {
            throw APIError.missing(field: "name")
        }
        let handle = try Handle(field: "name", name)
        let new = Registration.NewHandle(
            handle: handle,
            isAgent: try fields.firstBool(of: "isAgent", "is_agent") ?? false,
            agentType: try fields.optionalString("agentType", limit: 32),
            publicKey: try PublicKey(in: fields, "publicKey", "public_key"),
            recoveryKey: try PublicKey(in: fields, "recoveryKey", "recovery_key"),
            client: request.headers[.userAgent].map { String($0.prefix(200)) }
        )
        try Self.checkPossession(of: new.publicKey, name, fields)
        if let principal = request.principal, principal.handle == handle.key {
            return try await register(new, of: try request.owner(), request)
        }
        let state = try await registration.state(of: handle, at: now)
        if let reason = state.reservation(of: handle) { throw try await registration.reserved(handle, reason, at: now) }
        guard state.isFree else { throw try await taken(handle, at: now) }
        try await take(IdentityLimits.newHandles, request.clientNetwork)
        do {
            let signIn = try await registration.claim(new, state: state, at: now, writer: request.writer)
            return Self.created(signIn, new)
        } catch ClaimRefusal.taken {
            throw try await taken(handle, at: now)
        }
    }

    /// A `proof` is the key's signature over the name as it was sent. It may be left out.
    private static func checkPossession(of key: PublicKey?, _ name: String, _ fields: BodyFields) throws(APIError) {
        guard let proof = try fields.firstText(of: "proof", limit: 200) else { return }
        guard let key else { throw .missing(field: "publicKey") }
        guard let signature = KeySignature(proof), key.hasSigned(Array(name.utf8), signature) else {
            throw .proof(.unauthorized, "invalid_proof", "proof is not the key's signature over the name.")
        }
    }

    /// Keys can be set once; from then on the recovery key decides.
    private func register(
        _ new: Registration.NewHandle,
        of principal: Principal,
        _ request: APIRequest
    ) async throws -> APIResponse {
        let held = try await keys.held(by: principal.handle)
        if let key = new.publicKey, let own = held?.publicKey, key != own {
            throw APIError.proof(.conflict, "key_already_set", "The handle has another key: rotate it.")
        }
        if let key = new.recoveryKey, let own = held?.recoveryKey, key != own {
            throw APIError.proof(.conflict, "key_already_set", "The handle has another recovery key.")
        }
        let change = UserChange(
            handle: principal.handle,
            building: nil,
            timeZone: nil,
            publicKey: new.publicKey,
            recoveryKey: new.recoveryKey,
            invitedBy: nil,
            inviteCode: nil
        )
        try await users.write(
            change,
            at: request.receivedAt,
            events: [audit.record(.keyRegistered, of: principal.handle, in: request)]
                + events.statements(for: ProfileChanged(handle: principal.handle)),
            writer: request.writer
        )
        people.forget(principal.handle)
        var answer = APIResponse.json(
            .ok,
            [
                "success": true, "action": "update", "handle": .string(principal.person.shown),
                "name": .string(principal.person.shown), "publicKey": Self.text(new.publicKey ?? held?.publicKey),
                "recoveryKey": Self.text(new.recoveryKey ?? held?.recoveryKey), "registered": false,
            ]
        )
        answer.hasNoSecret = true
        return answer
    }

    private func taken(_ handle: Handle, at now: PostgresTimestamp) async throws -> APIError {
        APIError(
            .conflict,
            code: "handle_taken",
            error: "handle_taken",
            "@\(handle.spelling) is registered already.",
            field: "name",
            suggestions: try await registration.suggestions(for: handle.key, at: now)
        )
    }

    private static func created(_ signIn: Registration.SignIn, _ new: Registration.NewHandle) -> APIResponse {
        .json(
            .created,
            .object(
                [
                    ("success", true), ("action", "register"), ("name", .string(signIn.person.shown)),
                    ("publicKey", text(new.publicKey)), ("recoveryKey", text(new.recoveryKey)), ("registered", true),
                ] + session(signIn)
            )
        )
    }

    // MARK: From a key to a token

    /// Gives whoever signs with the handle's key a token: how people who registered with a key alone come back.
    private func migrate(_ request: APIRequest) async throws -> APIResponse {
        let fields = try request.json()
        guard let name = try fields.firstText(of: "handle", "username", limit: 256) else {
            throw APIError.missing(field: "handle")
        }
        let handle = try Handle(field: "handle", name)
        try SignedMembers.check(fields)
        _ = try fields.optionalString("action", limit: 32)
        try await take(IdentityLimits.signIns, request.clientNetwork)
        if let person = try await people.caller(handle.key) {
            for finder in proofs {
                guard let proof = try await finder.proof(of: handle, in: request, fields) else { continue }
                let signIn = try await registration.signIn(
                    person,
                    proof: proof,
                    with: [audit.record(.proofAccepted, of: handle.key, proof.kind, in: request)],
                    client: request.headers[.userAgent].map { String($0.prefix(200)) },
                    at: request.receivedAt,
                    writer: request.writer
                )
                guard let signIn else { continue }
                return .json(
                    .ok,
                    .object([("success", true), ("action", "migrate"), ("registered", false)] + Self.session(signIn))
                )
            }
        }
        throw APIError.proof(
            .unauthorized,
            "invalid_proof",
            "Authentication failed: sign the body, with action migrate, timestamp and nonce, by the handle's key."
        )
    }

    // MARK: Common

    func take(_ rule: RateLimitRule, _ subject: String) async throws {
        let outcome = try await limiter.take(rule, subject: subject)
        guard outcome.isAllowed else { throw outcome.refusal }
    }

    private static func session(_ signIn: Registration.SignIn) -> [(String, JSON)] {
        [
            ("handle", .string(signIn.person.shown)), ("username", .string(signIn.person.shown)),
            ("token", .string(signIn.token)), ("sessionId", .string(signIn.session.id)),
            ("expiresIn", .string("\(SessionRecord.lifetime / 1_000_000)s")),
            ("expiresAt", .timestamp(signIn.session.expiresAt.microseconds)),
        ]
    }

    private static func text(_ key: PublicKey?) -> JSON { key.map { .string($0.text) } ?? .null }
}
