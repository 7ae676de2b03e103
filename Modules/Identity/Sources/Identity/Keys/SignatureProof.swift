import Contracts
import Kernel
import Postgres

/// A request signed by the key that is registered for its handle.
///
/// What is signed is the whole body, so that a signed heartbeat or message is no sign-in: the body names its own
/// purpose.
struct SignatureProof: ProofFinder {
    let keys: any KeyStore
    let audit: AuditTrail
    let limiter: ExactLimiter
    /// What `action` must say.
    let action: String
    /// Whether agents may sign without a time and a nonce (design §6). Whoever saw such a signature can send it again.
    let acceptsUndated: Bool

    func proof(of handle: Handle, in request: APIRequest, _ fields: BodyFields) async throws -> Proof? {
        guard let signed = SignedObject(request, fields),
            let held = try await keys.held(by: handle.key), let key = held.publicKey
        else { return nil }
        guard try fields.optionalString("action") == action, signed.isSigned(by: key),
            let proof = try await proof(of: held, key, SignatureDate(fields), request)
        else {
            _ = try await request.write([audit.record(.proofRefused, of: handle.key, "signature", in: request)])
            return nil
        }
        return proof
    }

    private func proof(
        of held: HeldKeys,
        _ key: PublicKey,
        _ date: SignatureDate?,
        _ request: APIRequest
    ) async throws -> Proof? {
        if let date {
            guard date.isFresh(at: request.receivedAt) else { return nil }
            return .signature(by: key, nonce: date.use(by: key))
        }
        guard acceptsUndated, held.kind == .agent, !held.hasSignedDated else { return nil }
        // Only what is truly signed is counted: nobody else can use these up.
        let outcome = try await limiter.take(KeyLimits.undatedSignatures, subject: held.handle)
        return outcome.isAllowed ? .undatedSignature(by: key) : nil
    }
}
