import Contracts
import JSONText
import Kernel
import Postgres
import ServiceSettings

/// Until the operator's date, the first register by name claims a handle that was here before this service and for
/// which no proof is on file. Once, and limited; `return_carried_over` takes it back.
struct CarryOverProof: ProofFinder {
    let keys: any KeyStore
    let limiter: ExactLimiter
    /// `nil`: never.
    let until: PostgresTimestamp?

    /// - Throws: ``StartFailure`` for a date that is none.
    static func until(_ settings: Settings) throws(StartFailure) -> PostgresTimestamp? {
        guard let text = settings.optionalString("identity.carryover_until"), !text.isEmpty else { return nil }
        guard let microseconds = Timestamp.parse(text) else {
            throw StartFailure(
                "identity.carryover_until: '\(text)' is no time, such as 2026-12-31T00:00:00Z.",
                code: 78
            )
        }
        return PostgresTimestamp(microseconds: microseconds)
    }

    func proof(of handle: Handle, in request: APIRequest, _ fields: BodyFields) async throws -> Proof? {
        guard let until, request.receivedAt < until, try await keys.isOpen(handle.key, for: .carryOver) else {
            return nil
        }
        let outcome = try await limiter.take(KeyLimits.carryOvers, subject: request.clientNetwork)
        guard outcome.isAllowed else { throw outcome.refusal }
        // Keys that came with the handle were anybody's; these take their place.
        return .carryOver(
            publicKey: try PublicKey(in: fields, "publicKey", "public_key"),
            recoveryKey: try PublicKey(in: fields, "recoveryKey", "recovery_key")
        )
    }
}

/// With the operator's consent, a name opens a handle for which no proof is on file, as in the original. Unsafe:
/// whoever knows the name gets in.
struct OpenHandleProof: ProofFinder {
    let keys: any KeyStore
    let isEnabled: Bool

    func proof(of handle: Handle, in request: APIRequest, _ fields: BodyFields) async throws -> Proof? {
        guard isEnabled, try await keys.isOpen(handle.key, for: .name) else { return nil }
        return .openHandle
    }
}
