/// What a wish to be friends came to.
enum Friendship: Sendable, Hashable {
    case friends
    /// The other side has not said so yet.
    case requested
    /// One of the two has blocked the other.
    case refused
}

/// What became of a code that somebody wants to be good.
enum CodeRegistration: Sendable, Hashable {
    case registered
    /// It is somebody else's.
    case taken
}
