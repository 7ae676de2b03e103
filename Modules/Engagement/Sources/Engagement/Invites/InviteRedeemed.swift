import Contracts

/// Somebody came in by an invite. Raised by this module in the transaction of the redemption, for its own leaderboards.
struct InviteRedeemed: DomainEvent, Equatable {
    static let name = "engagement.invite_redeemed"

    /// The folded handle of whoever gave the code away.
    let inviter: String
    /// The folded handle of whoever came in.
    let invitee: String
}
