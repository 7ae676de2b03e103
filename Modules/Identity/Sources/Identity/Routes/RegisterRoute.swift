import Contracts
import HTTPTypes
import JSONText
import Kernel
import Logging
import Postgres

/// `POST /api/presence` with `action: "check"` or `"register"` (original-api.md, 1.1 and 2.3; design §6).
struct RegisterRoute: Sendable {
    let registration: Registration
    let people: PeopleCache
    let heartbeats: Heartbeats
    /// What shows that a taken handle is the caller's own, in the order in which it is looked for.
    let proofs: [any ProofFinder]
    let audit: any AuditLog
    let addressHash: AddressHash
    let limiter: ExactLimiter

    // MARK: Check

    func check(_ request: APIRequest, _ fields: BodyFields) async throws -> APIResponse {
        try await take(IdentityLimits.checks, request)
        let name = try Self.name(fields)
        let handle: Handle
        do {
            handle = try Handle(name)
        } catch {
            let names = try await registration.suggestions(for: name, at: request.receivedAt)
            return Self.availability(name, reason: "\(error)", suggestions: names)
        }
        let state = try await registration.state(of: handle, at: request.receivedAt)
        guard let reason = state.objection(to: handle) else {
            return Self.availability(handle.key, reason: nil, suggestions: [])
        }
        let names = try await registration.suggestions(for: handle.key, at: request.receivedAt)
        return Self.availability(handle.key, reason: reason, suggestions: names)
    }

    private static func availability(_ handle: String, reason: String?, suggestions: [String]) -> APIResponse {
        .json { json in
            json.beginObject()
            json.key("success")
            json.bool(true)
            json.key("handle")
            json.string(handle)
            json.key("available")
            json.bool(reason == nil)
            json.key("reason")
            json.optional(reason)
            json.key("suggestions")
            json.beginArray()
            for name in suggestions { json.string(name) }
            json.endArray()
            json.endObject()
        }
    }

    // MARK: Register

    func register(_ request: APIRequest, _ fields: BodyFields) async throws -> APIResponse {
        let now = request.receivedAt
        let new = try await newHandle(request, fields)
        // Read before anything is written, so that a refused body leaves nothing behind.
        let patch = try HeartbeatBody(fields, seen: now).patch()
        let state = try await registration.state(of: new.handle, at: now)
        if let reason = state.reservation(of: new.handle) {
            try await take(IdentityLimits.signIns, request)
            throw try await registration.reserved(new.handle, reason, at: now)
        }
        guard state.isFree else { return try await existing(new, fields, patch, request) }
        try await take(IdentityLimits.newHandles, request)
        do {
            let signIn = try await registration.claim(new, state: state, at: now, writer: request.writer)
            await beat(signIn.person, patch, request)
            return welcome(signIn)
        } catch ClaimRefusal.taken {
            return try await existing(new, fields, patch, request)
        }
    }

    private func newHandle(_ request: APIRequest, _ fields: BodyFields) async throws -> Registration.NewHandle {
        let name = try Self.name(fields)
        let handle: Handle
        do {
            handle = try Handle(name)
        } catch {
            throw APIError(
                .badRequest,
                code: "invalid_format",
                error: "invalid_format",
                "\(error)",
                field: "username",
                suggestions: try await registration.suggestions(for: name, at: request.receivedAt)
            )
        }
        return Registration.NewHandle(
            handle: handle,
            isAgent: try fields.firstBool(of: "isAgent", "is_agent") ?? false,
            agentType: try fields.optionalString("agentType", limit: 32),
            publicKey: try PublicKey(in: fields, "publicKey", "public_key"),
            recoveryKey: try PublicKey(in: fields, "recoveryKey", "recovery_key"),
            client: request.headers[.userAgent].map { String($0.prefix(200)) }
        )
    }

    private static func name(_ fields: BodyFields) throws(APIError) -> String {
        guard let name = try fields.firstText(of: "username", "handle", limit: 256) else {
            throw .missing(field: "username")
        }
        return name
    }

    /// Somebody registers a handle that exists, which a name alone does not entitle them to.
    private func existing(
        _ new: Registration.NewHandle,
        _ fields: BodyFields,
        _ patch: PresencePatch,
        _ request: APIRequest
    ) async throws -> APIResponse {
        try await take(IdentityLimits.signIns, request)
        guard let person = try await people.caller(new.handle.key) else { return Self.howToSignIn(new.handle.spelling) }
        for finder in proofs {
            guard let proof = try await finder.proof(of: new.handle, in: request, fields) else { continue }
            let event = AuditEvent(
                kind: .proofAccepted,
                handle: person.handle,
                address: addressHash(request.clientAddress),
                detail: proof.kind,
                at: request.receivedAt
            )
            let signIn = try await registration.signIn(
                person,
                proof: proof,
                with: [audit.record(event)],
                client: new.client,
                at: request.receivedAt,
                writer: request.writer
            )
            guard let signIn else { continue }
            await beat(person, patch, request)
            return Self.signedIn(signIn, action: "login", message: "Welcome back, @\(person.shown).", genesis: nil)
        }
        return Self.howToSignIn(person.shown)
    }

    /// The heartbeat in a register. The token is given out by then, once and for all, so a failure here must not keep it
    /// from its owner: their next heartbeat makes up for this one.
    private func beat(_ person: Person, _ patch: PresencePatch, _ request: APIRequest) async {
        do {
            _ = try await heartbeats.beat(person, patch)
        } catch {
            request.logger.warning(
                "registered without a heartbeat",
                metadata: ["cause": .string(SafeCause.text(error))]
            )
        }
    }

    private func take(_ rule: RateLimitRule, _ request: APIRequest) async throws {
        let outcome = try await limiter.take(rule, subject: request.clientNetwork)
        guard outcome.isAllowed else { throw outcome.refusal }
    }

    // MARK: Answers

    private func welcome(_ signIn: Registration.SignIn) -> APIResponse {
        let rules = registration.genesis
        guard let number = signIn.genesisNumber else {
            return Self.signedIn(
                signIn,
                action: "register",
                message: "Welcome to /vibe, @\(signIn.person.shown).",
                genesis: nil
            )
        }
        let left = rules.cap - number
        var message = "Welcome to /vibe, @\(signIn.person.shown). You are founder #\(number) of \(rules.cap)."
        if left > 0, left <= 20 { message += " \(left) founding \(left == 1 ? "handle is" : "handles are") left." }
        return Self.signedIn(
            signIn,
            action: "register",
            message: message,
            genesis: ["number": .int(number), "cap": .int(rules.cap), "spots_remaining": .int(left)]
        )
    }

    private static func signedIn(
        _ signIn: Registration.SignIn,
        action: String,
        message: String,
        genesis: JSON?
    ) -> APIResponse {
        .json(
            .ok,
            [
                "success": true, "action": .string(action), "sessionId": .string(signIn.session.id),
                "handle": .string(signIn.person.shown), "username": .string(signIn.person.shown),
                "token": .string(signIn.token), "expiresIn": .string("\(SessionRecord.lifetime / 1_000_000)s"),
                "expiresAt": .timestamp(signIn.session.expiresAt.microseconds), "message": .string(message),
                "registered": .bool(action == "register"), "genesis": genesis ?? .null,
            ]
        )
    }

    /// Status 200 and no token: what every client survives (clients.md, 1.2).
    private static func howToSignIn(_ shown: String) -> APIResponse {
        .json(
            .ok,
            [
                "success": true, "action": "login", "handle": .string(shown), "username": .string(shown),
                "registered": false, "authenticated": false, "genesis": .null,
                "message": .string(
                    "@\(shown) is registered already. If it is yours, sign in at /login, or send your token with this "
                        + "request as Authorization: Bearer …; a name alone proves nothing. Otherwise choose another "
                        + "name."
                ),
            ]
        )
    }
}

extension PublicKey {
    /// The key under the first of the names that is there.
    init?(in fields: BodyFields, _ names: String...) throws(APIError) {
        for name in names {
            guard let text = try fields.firstText(of: name, limit: 200) else { continue }
            self = try PublicKey(text, field: name)
            return
        }
        return nil
    }
}
