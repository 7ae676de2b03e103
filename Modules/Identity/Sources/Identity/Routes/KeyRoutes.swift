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

    // MARK: Another key

    private func rotate(_ request: APIRequest) async throws -> APIResponse {
        let handle = try Handle(field: "handle", request.parameter("handle"))
        let fields = try request.json()
        let proof = try RecoveryProof(fields, operation: "rotate", handle: handle, isNamed: false)
        let newKey = try Self.newKey(fields, proof.signed.fields)
        let (held, recoveryKey) = try await proven(proof, handle, request)
        guard newKey != held.publicKey else {
            throw APIError.proof(.conflict, "key_already_set", "This is the handle's key already.")
        }
        guard newKey != recoveryKey else {
            throw APIError.invalid(field: "new_public_key", "must not be the recovery key.")
        }
        if let old = try PublicKey(in: proof.signed.fields, "old_key"), old != held.publicKey {
            throw APIError.proof(.badRequest, "key_mismatch", "old_key is not the handle's present key.")
        }
        guard let date = proof.date else { throw APIError.missing(field: "proof.nonce") }
        try await take(KeyLimits.rotations, handle.key)
        let rotation = KeyRotation(
            handle: handle.key,
            recoveryKey: recoveryKey,
            oldKey: held.publicKey,
            newKey: newKey,
            nonce: date.use(by: recoveryKey),
            at: request.receivedAt
        )
        return try await rotate(rotation, held, skew: proof.skew(at: request.receivedAt), request)
    }

    private func rotate(
        _ rotation: KeyRotation,
        _ held: HeldKeys,
        skew: Int64,
        _ request: APIRequest
    ) async throws -> APIResponse {
        let (session, token) = registration.newSession(
            for: rotation.handle,
            client: request.headers[.userAgent].map { String($0.prefix(200)) },
            at: rotation.at
        )
        let ended: EndedCredentials
        do {
            ended = try await keys.rotate(
                rotation,
                session: session,
                tokenHash: TokenSigner.hash(token),
                with: [audit.record(.keyRotated, of: rotation.handle, in: request)]
                    + events.statements(for: ProfileChanged(handle: rotation.handle)),
                writer: request.writer
            )
        } catch let refusal as KeyRefusal {
            throw Self.error(refusal)
        }
        credentials.forget(ended)
        let warning = skew.magnitude > 60 ? "The clocks are \(skew) seconds apart." : nil
        let shown = held.shown
        return .json(
            .ok,
            [
                "success": true, "message": .string("@\(shown) has a new key. Everybody was signed out."),
                "handle": .string(shown), "new_public_key": .string(rotation.newKey.text),
                "new_key": .string(rotation.newKey.text),
                "key_rotated_at": .timestamp(rotation.at.microseconds),
                "rotated_at": .timestamp(rotation.at.microseconds),
                "sessions_invalidated": .int(ended.sessions.count),
                "api_keys_invalidated": .int(ended.apiKeys.count), "token": .string(token),
                "sessionId": .string(session.id), "warning": warning.map { .string($0) } ?? .null,
            ]
        )
    }

    /// The new key stands in what is signed. Where the body has it too, both must say the same.
    private static func newKey(_ fields: BodyFields, _ proof: BodyFields) throws(APIError) -> PublicKey {
        guard let signed = try PublicKey(in: proof, "new_public_key", "new_key") else {
            throw .missing(field: "proof.new_public_key")
        }
        if let beside = try PublicKey(in: fields, "new_public_key", "new_key"), beside != signed {
            throw .proof(.badRequest, "key_mismatch", "The body and its proof name different keys.")
        }
        return signed
    }

    // MARK: The end of a handle

    private func revoke(_ request: APIRequest) async throws -> APIResponse {
        let now = request.receivedAt
        let handle = try Handle(field: "handle", request.parameter("handle"))
        let proof = try RecoveryProof(try request.json(), operation: "revoke", handle: handle, isNamed: true)
        let (held, recoveryKey) = try await proven(proof, handle, request)
        let until = PostgresTimestamp(microseconds: now.microseconds + PersonalData.quarantine)
        let revocation = KeyRevocation(
            handle: handle.key,
            recoveryKey: recoveryKey,
            nonce: proof.date?.use(by: recoveryKey),
            nameHash: registration.nameHash(handle.key),
            at: now,
            until: until
        )
        let ended: EndedCredentials
        do {
            ended = try await keys.revoke(
                revocation,
                with: [audit.record(.identityRevoked, of: handle.key, in: request)]
                    + events.statements(for: ProfileChanged(handle: handle.key)),
                writer: request.writer
            )
        } catch let refusal as KeyRefusal {
            throw Self.error(refusal)
        }
        credentials.forget(ended)
        people.forget(handle.key)
        return .json(
            .ok,
            [
                "success": true, "handle": .string(held.shown), "status": "revoked",
                "revoked_at": .timestamp(now.microseconds), "quarantined_until": .timestamp(until.microseconds),
                "sessions_invalidated": .int(ended.sessions.count),
                "api_keys_invalidated": .int(ended.apiKeys.count),
                "message": .string("@\(held.shown) is revoked. Nobody can have the name until then."),
            ]
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

    /// The keys of a handle whose recovery key made the proof. Bad proofs are counted by address, so that nobody can use up
    /// the owner's rotations.
    private func proven(
        _ proof: RecoveryProof,
        _ handle: Handle,
        _ request: APIRequest
    ) async throws -> (HeldKeys, PublicKey) {
        try await take(KeyLimits.proofs, request.clientNetwork)
        guard let held = try await keys.held(by: handle.key) else {
            throw APIError.proof(.notFound, "user_not_found", "Nobody has this handle.")
        }
        guard held.status == "active" else {
            throw APIError.proof(.forbidden, "identity_\(held.status)", "This identity is \(held.status).")
        }
        guard let recoveryKey = held.recoveryKey else {
            throw APIError.proof(
                .forbidden,
                "no_recovery_key",
                "The handle has no recovery key, which alone can do this."
            )
        }
        do {
            try proof.check(against: recoveryKey, at: request.receivedAt)
        } catch {
            _ = try await request.write([audit.record(.proofRefused, of: handle.key, "recovery", in: request)])
            throw error
        }
        return (held, recoveryKey)
    }

    private func take(_ rule: RateLimitRule, _ subject: String) async throws {
        let outcome = try await limiter.take(rule, subject: subject)
        guard outcome.isAllowed else { throw outcome.refusal }
    }

    private static func error(_ refusal: KeyRefusal) -> APIError {
        switch refusal {
        case .changed: .proof(.conflict, "concurrent_modification", "The identity has just changed. Look again.")
        case .replay: .proof(.unauthorized, "replay_attack", "This proof was used before.")
        }
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
