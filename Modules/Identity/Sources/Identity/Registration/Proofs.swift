import Contracts
import Kernel

/// What shows that a handle is somebody's own. A name shows nothing (design §6).
///
/// A proof is looked at twice: when it is offered, and again by the statement that stores the session, which counts what
/// holds at that moment. Those statements stand in `Store/ProofStatements.swift`, one for each case.
enum Proof: Sendable, Hashable {
    /// A live session of the handle, by its id.
    case session(String)
    /// A sign-in that ended a moment ago at the same address. Usable once.
    ///
    /// - Parameter address: the keyed hash of the address.
    case grant(address: [UInt8])
    /// The GitHub account that owns the handle, by its number, just proven by GitHub.
    case gitHub(Int64)
    /// A link sent to the e-mail address that owns the handle. Usable once.
    ///
    /// - Parameter code: the hash of the code in the link.
    case emailedLink(code: [UInt8])
    /// Somebody sits at the machine of a developer. Made by the sign-in page of development, and nowhere else.
    case developer
    /// A signature by the registered key, with a fresh time.
    ///
    /// - Parameter nonce: the number that makes the signature count once.
    case signature(by: PublicKey, nonce: NonceUse)
    /// A signature by an agent's registered key, without a time. Can be sent again by whoever saw it.
    case undatedSignature(by: PublicKey)
    /// The name of a carried-over handle, for the first who comes. The keys take the place of those that came with it.
    case carryOver(publicKey: PublicKey?, recoveryKey: PublicKey?)
    /// The name of a handle for which no proof is on file, where the operator allows it.
    case openHandle

    /// One word for the audit log.
    var kind: String {
        switch self {
        case .session: "session"
        case .grant: "grant"
        case .gitHub: "github"
        case .emailedLink: "email"
        case .developer: "development"
        case .signature: "signature"
        case .undatedSignature: "undated_signature"
        case .carryOver: "carryover"
        case .openHandle: "open_handle"
        }
    }
}

/// Finds one kind of proof in the register of a handle that is taken.
protocol ProofFinder: Sendable {
    /// - Returns: `nil` when the request carries no such proof, or one that is no good.
    func proof(of handle: Handle, in request: APIRequest, _ fields: BodyFields) async throws -> Proof?
}

/// A live token of the handle that is registered again.
struct SessionProof: ProofFinder {
    func proof(of handle: Handle, in request: APIRequest, _ fields: BodyFields) -> Proof? {
        guard let principal = request.principal, principal.handle == handle.key, principal.scopes == nil else {
            return nil
        }
        return .session(principal.sessionID)
    }
}
