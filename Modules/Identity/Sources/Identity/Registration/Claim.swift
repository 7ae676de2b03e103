import Contracts
import Postgres

/// What the registry knows of a name.
struct NameState: Sendable {
    /// The kind of its row; `nil` without one.
    let kind: Person.Kind?
    /// Why it is reserved: `system`, `brand`, `protected`, or what an import called it.
    let reservedAs: String?
    /// Whether it belonged to an erased handle a short while ago.
    let isQuarantined: Bool
    /// Founders' numbers given out so far.
    let genesisClaimed: Int

    /// Whether somebody may claim it.
    var isFree: Bool { reservedAs == nil && !isQuarantined && (kind == nil || kind == .placeholder) }
}

/// A name about to be claimed.
struct Claim: Sendable {
    let handle: Handle
    let kind: Person.Kind
    let agentType: String?
    let publicKey: PublicKey?
    let recoveryKey: PublicKey?
    /// The founder's number it gets if the count still stands where it was read; `nil` when all are gone.
    let genesisNumber: Int?
    let session: SessionRecord
    let tokenHash: [UInt8]
}

/// Why a claim was not written, found out while writing it.
enum ClaimRefusal: Error {
    /// Somebody else was faster.
    case taken
    /// Somebody else got the founder's number; the next may be free.
    case numberTaken
}
