import Postgres

/// Something that matters to the security of an account. Kept for good; holds no secret, no text and no address.
struct AuditEvent: Sendable {
    /// What happened. The raw value is stored: renaming one changes what old rows say.
    enum Kind: String, Sendable {
        /// Somebody signed in through the service's pages.
        case login
        /// A sign-in through the pages was refused.
        case loginRefused = "login_refused"
        /// The register of a taken handle got a token; the detail is the kind of proof.
        case proofAccepted = "proof_accepted"
        /// A handle got another way in.
        case accountLinked = "account_linked"
        /// Something was shown that should prove a handle, and did not; the detail is the kind of proof.
        case proofRefused = "proof_refused"
        /// The owner ended sessions.
        case sessionsRevoked = "sessions_revoked"
        /// The recovery key replaced the key.
        case keyRotated = "key_rotated"
        /// The recovery key ended the handle.
        case identityRevoked = "identity_revoked"
        /// A key of the handle was registered, by its owner.
        case keyRegistered = "key_registered"
        /// An API key was given out; the detail is its id, as of the next two.
        case apiKeyIssued = "api_key_issued"
        case apiKeyRotated = "api_key_rotated"
        case apiKeyRevoked = "api_key_revoked"
        /// The owner read everything that is held about them.
        case accountExported = "account_exported"
        /// The owner had everything removed.
        case accountErased = "account_erased"
    }

    let kind: Kind
    /// Whose account it is about, folded; `nil` when that is unknown.
    var handle: String?
    /// The keyed hash of the client's address.
    var address: [UInt8]?
    /// One word that says more: `github`, `state`.
    var detail: String?
    let at: PostgresTimestamp
}
