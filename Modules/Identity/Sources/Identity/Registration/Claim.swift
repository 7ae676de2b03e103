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

    /// What keeps everybody from claiming the handle, its present owner included; `nil` when it is free or somebody's.
    func reservation(of handle: Handle) -> String? {
        if let reservedAs { return "Reserved (\(reservedAs))" }
        if GameStore.isName(handle.key) { return "Reserved (games)" }
        if isQuarantined { return "Reserved (recently deleted)" }
        return kind == .system ? "Reserved (system)" : nil
    }

    /// Why the handle cannot be claimed; `nil` when it can.
    func objection(to handle: Handle) -> String? {
        if let reservation = reservation(of: handle) { return reservation }
        return kind == nil || kind == .placeholder ? nil : "Already registered"
    }
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
