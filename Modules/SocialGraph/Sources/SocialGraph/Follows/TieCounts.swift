import JSONText

/// How many ties of each kind a person has.
struct TieCounts: Sendable, Hashable {
    let followers: Int
    let following: Int
    let friends: Int

    /// As clients see them.
    var members: [(String, JSON)] {
        [("followers", .int(followers)), ("following", .int(following)), ("friends", .int(friends))]
    }
}

/// What became of the wish to follow somebody.
enum FollowOutcome: Sendable, Hashable {
    /// With how many ties the followed one has now.
    case followed(TieCounts)
    case alreadyFollowing(TieCounts)
    /// One of the two has blocked the other.
    case refused
}
