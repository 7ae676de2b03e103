import Postgres

/// One thing that somebody did, on its way into the counts.
struct ActivityFact: Hashable, Sendable {
    /// The folded handle.
    let handle: String
    let kind: ActivityKind
    /// The day in the person's own time zone; `nil` for what belongs to no day.
    var day: PostgresDate?
    /// Of a founder, the number.
    var number: Int?
}

/// What people do that counts; `activity_inbox.kind`.
enum ActivityKind: String, Hashable, Sendable {
    /// Being there, and saying so.
    case presence
    case checkIn = "check_in"
    case message, post, ship, game
    /// Somebody came in by one's code.
    case invite
    /// One's number among the founders was given.
    case founder
    /// Nothing happened, but what follows from the days may have changed: one lives in another time zone.
    case recheck

    /// Whether it makes the day one of those that a streak counts.
    var makesDayActive: Bool {
        switch self {
        case .presence, .checkIn, .message, .post, .ship, .game: true
        case .invite, .founder, .recheck: false
        }
    }
}
