/// What somebody did on one active day; a row of `active_days`.
struct DayTally: Hashable, Sendable {
    var messages = 0
    var posts = 0
    var ships = 0
    var games = 0

    mutating func count(_ kind: ActivityKind) {
        switch kind {
        case .message: messages += 1
        case .post: posts += 1
        case .ship: ships += 1
        case .game: games += 1
        case .presence, .checkIn, .invite, .founder, .recheck: break
        }
    }

    /// What the day is worth on the activity board: 1 for being there, 1 for each message up to 50, 5 for a post or a
    /// game, 10 for a ship. Messages are cheap to make, so they cannot outweigh everything else.
    var points: Int64 {
        Int64(1 + min(messages, 50) + 5 * posts + 5 * games + 10 * ships)
    }
}

/// What somebody did in all; a row of `activity_totals`.
struct ActivityTotals: Hashable, Sendable {
    var messages = 0
    var posts = 0
    var ships = 0
    var games = 0
    /// People let in.
    var invites = 0
    /// The number among the founders.
    var founder: Int?

    mutating func count(_ fact: ActivityFact) {
        switch fact.kind {
        case .message: messages += 1
        case .post: posts += 1
        case .ship: ships += 1
        case .game: games += 1
        case .invite: invites += 1
        case .founder: founder = fact.number
        case .presence, .checkIn, .recheck: break
        }
    }
}
