import Contracts
import HTTPTypes
import JSONText
import Kernel
import Postgres

/// What the recovery key alone can do: `/api/identity/{handle}/rotate` and `/revoke` (original-api.md, 1.24).
extension KeyRoutes {
    // MARK: Another key

    func rotate(_ request: APIRequest) async throws -> APIResponse {
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

    func revoke(_ request: APIRequest) async throws -> APIResponse {
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

    // MARK: What both take

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

    private static func error(_ refusal: KeyRefusal) -> APIError {
        switch refusal {
        case .changed: .proof(.conflict, "concurrent_modification", "The identity has just changed. Look again.")
        case .replay: .proof(.unauthorized, "replay_attack", "This proof was used before.")
        }
    }
}
