import Contracts
import HTTPTypes
import Kernel
import Postgres

/// Checks the signatures of messages against the keys that their senders have registered.
struct SignatureChecker: Sendable {
    /// Who has which key; `nil` when nobody keeps any.
    let keys: (any SigningKeys)?
    /// Whether only verified messages are taken (`ENFORCE_SIGNATURES`).
    let isEnforced: Bool

    /// How far the clocks of clients may be off, in microseconds (original-api.md, section 2.5).
    static let tolerance: Int64 = 300 * 1_000_000

    /// - Parameters:
    ///   - signed: `nil` for an unsigned message.
    ///   - sender: the folded key.
    /// - Throws: ``SignatureRefused``. A retry of what was taken before may be answered all the same.
    func check(_ signed: SignedBody?, from sender: String, at now: PostgresTimestamp) async throws -> SignatureVerdict {
        guard let signed else { return try verdict(.unsigned) }
        guard let key = try await keys?.key(of: sender) else { return try verdict(.noKey) }
        // Without a time and a nonce it could be sent again by whoever saw it, so it vouches for nothing.
        guard let time = signed.time, let nonce = signed.nonce, !nonce.isEmpty, signed.isSigned(by: key) else {
            return try verdict(.invalid)
        }
        guard (now.microseconds - time.microseconds).magnitude <= UInt64(Self.tolerance) else {
            throw SignatureRefused.stale
        }
        let expiry = PostgresTimestamp(microseconds: time.microseconds + 2 * Self.tolerance)
        return SignatureVerdict(state: .verified, nonce: UsedNonce(handle: sender, nonce: nonce, expiresAt: expiry))
    }

    private func verdict(_ state: SignatureState) throws(SignatureRefused) -> SignatureVerdict {
        guard !isEnforced else { throw .notVerified(state) }
        return SignatureVerdict(state: state, nonce: nil)
    }
}

/// What a check found.
struct SignatureVerdict: Sendable {
    let state: SignatureState
    /// What must be used up by the write, so that the signature counts once.
    let nonce: UsedNonce?
}

/// A number that a signature uses up.
struct UsedNonce: Sendable {
    /// The signer's folded key.
    let handle: String
    let nonce: String
    /// When the signature is too old to count anyway.
    let expiresAt: PostgresTimestamp
}

/// A signature for which a message is not taken.
enum SignatureRefused: Error {
    /// Only verified messages are taken here, and this is none.
    case notVerified(SignatureState)
    /// Genuine, and made too long ago or too far ahead.
    case stale
    /// Genuine, and used before.
    case replayed

    var answer: APIError {
        switch self {
        case .notVerified(let state): Self.unauthorized("auth_failed", Self.sentence(state))
        case .stale: Self.unauthorized("replay_detected", "the signature's timestamp is not of the last five minutes.")
        case .replayed: Self.unauthorized("replay_detected", "the signature's nonce was used before.")
        }
    }

    private static func sentence(_ state: SignatureState) -> String {
        switch state {
        case .verified, .invalid: "the signature is not valid."
        case .unsigned: "messages must be signed here."
        case .noKey: "there is no public key to check the signature with. Register one first."
        }
    }

    private static func unauthorized(_ code: String, _ problem: String) -> APIError {
        APIError(
            .unauthorized,
            code: code,
            "Authentication failed: \(problem)",
            field: "signature",
            headers: [.wwwAuthenticate: "Bearer"]
        )
    }
}
