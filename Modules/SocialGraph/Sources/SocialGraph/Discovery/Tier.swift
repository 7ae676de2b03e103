import Contracts

/// What a person is among the people: what Explore filters by. The first that applies.
enum Tier: String, Sendable, Hashable, CaseIterable {
    /// Has a number among the founders.
    case genesis
    /// Somebody vouches for the person: Identity's `verified` is not `none`.
    case verified
    /// Everybody else.
    case member

    init(_ profile: PublicProfile) {
        self =
            if profile.genesisNumber != nil { .genesis } else if profile.verified != "none" { .verified } else {
                .member
            }
    }
}
