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
