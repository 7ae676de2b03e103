/// What became of a message's signature (design, section 6).
enum SignatureState: String, Sendable {
    /// The sender's registered key made it.
    case verified
    case unsigned
    /// Made by another key, over another message, or without what makes it count only once.
    case invalid
    /// The sender has registered no key.
    case noKey = "no_key"

    /// What a signed message's state is called in the answer's `signatureReason`, as in the original.
    var reason: String {
        switch self {
        case .verified: "verified"
        case .unsigned: "no_signature"
        case .invalid: "invalid_signature"
        case .noKey: "no_public_key"
        }
    }

    /// What is stored: nothing for unsigned messages, which most are.
    var stored: String? { self == .unsigned ? nil : rawValue }
}
