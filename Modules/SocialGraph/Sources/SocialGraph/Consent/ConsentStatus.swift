import Postgres

/// Where an ordered pair of people stands: may one write to the other?
enum ConsentStatus: String, Sendable, Hashable {
    /// They never met, or what there was has ended.
    case none
    /// One has asked, by a request or by writing; the other has not answered.
    case pending
    case accepted
    /// The recipient does not want to hear from the sender.
    case blocked
}

/// What is on file for an ordered pair.
struct Consent: Sendable, Hashable {
    let status: ConsentStatus
    let requestedAt: PostgresTimestamp?
    /// When the recipient answered.
    let respondedAt: PostgresTimestamp?

    static let none = Consent(status: .none, requestedAt: nil, respondedAt: nil)
}

/// Both directions between two people.
struct ConsentPair: Sendable, Hashable {
    let forward: Consent
    let backward: Consent

    /// A block works in both directions, whoever made it.
    var isBlocked: Bool { forward.status == .blocked || backward.status == .blocked }

    /// What the forward direction comes to.
    var effective: Consent {
        guard isBlocked, forward.status != .blocked else { return forward }
        return Consent(status: .blocked, requestedAt: nil, respondedAt: nil)
    }

    /// Whether the other side has asked, by whichever way, to be in contact. Whoever did is no stranger's victim.
    var wasAsked: Bool { backward.status == .pending || backward.status == .accepted }
}

/// A request that waits for an answer.
struct ConsentRequest: Sendable, Hashable {
    /// Folded.
    let from: String
    let requestedAt: PostgresTimestamp
    /// What it says, or how the first message begins.
    let message: String?

    var position: ListPosition { ListPosition(time: requestedAt, name: from) }
}

/// What a stranger has sent before, besides where the two stand.
struct Contact: Sendable, Hashable {
    let pair: ConsentPair
    /// Messages sent today (UTC) while the request waited.
    let messagesToday: Int
    /// Whether the sender has ever written while a request waited.
    let hasWritten: Bool
}
