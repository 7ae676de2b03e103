import Kernel
import Postgres

/// What every store of invites must know: the core (design, section 8). There is no extension so far.
protocol InviteStore: Sendable {
    /// Makes a code, unless the inviter has as many left over as they may.
    ///
    /// - Parameter allowance: unused codes that the inviter may have, bonus codes included.
    /// - Throws: ``CodeTaken``; another code may be free.
    func create(
        _ code: String,
        by inviter: String,
        allowance: Int,
        at time: PostgresTimestamp,
        through writer: any RequestWriter
    ) async throws -> InviteCreation

    func invite(_ code: String) async throws -> Invite?

    /// The codes that can still be given away, newest first, and expired ones that were not forgotten yet.
    func unused(of inviter: String) async throws -> [Invite]

    /// The codes by which somebody came in, latest first.
    func used(of inviter: String, before: ListPosition, limit: Int) async throws -> Page<Invite>

    /// Statements that use up a code for a handle, which is claimed in the same transaction, and give the inviter a
    /// bonus code, as long as they have not had ten. They fail with what ``refusal(_:)`` knows.
    func redemption(
        of invite: Invite,
        by handle: String,
        bonus: String,
        at time: PostgresTimestamp
    ) -> [PostgresQuery]

    /// What an error of the redemption's statements means; `nil` when it is none of theirs.
    func refusal(_ error: any Error) -> RedemptionRefusal?

    /// Removes codes that nobody used and that expired before this time.
    func forget(expiredBefore time: PostgresTimestamp) async throws

    /// Everything held about somebody.
    func history(of handle: String) async throws -> [Invite]

    func erase(_ handle: String, in transaction: PostgresTransaction) async throws
}

/// What became of a wish for a code.
struct InviteCreation: Sendable {
    /// Whether there is a new code.
    let isMade: Bool
    /// Codes that the inviter has left over now.
    let unused: Int
}

/// Why a code was not redeemed.
enum RedemptionRefusal: Error {
    /// It was used or expired meanwhile.
    case unusable
    /// The bonus code exists already; another may be free.
    case codeTaken
}

/// The code exists already.
struct CodeTaken: Error {}
