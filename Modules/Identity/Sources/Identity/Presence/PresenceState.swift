import Contracts
import Postgres

/// What is known of somebody's presence: the row, with what the row's handle says of them.
struct PresenceState: Sendable, Equatable {
    /// The folded handle.
    let handle: String
    var profile: Profile
    var workingOn: String?
    var project: String?
    var location: String?
    var context = PresenceContext()
    var mood: Mood?
    /// Since when they are here without a break of two hours.
    var firstSeen: PostgresTimestamp
    var lastSeen: PostgresTimestamp
    /// Whether they have said goodbye.
    var hasLeft = false
    /// The programs that report for them, each with the ways in which it can be reached, as a raw JSON array.
    var sources = PresenceContext()
    /// Whether a human sits beside the agent; `nil` if nobody said.
    var humanPresent: Bool?

    /// What the handle says, changed by registering and by the operator, never by a heartbeat.
    struct Profile: Sendable, Equatable {
        var shown: String
        var kind: Person.Kind
        var operatedBy: String?
        var agentType: String?
        var xHandle: String?
        /// Whether the person may be seen: neither erased, suspended nor revoked.
        var isActive = true
    }

    /// A mood, and whether it was guessed from what the person's tools tell.
    struct Mood: Sendable, Equatable {
        let text: String
        let isInferred: Bool
        let reason: String?
    }

    /// Somebody who was never seen.
    init(handle: String, profile: Profile, seen: PostgresTimestamp) {
        self.handle = handle
        self.profile = profile
        firstSeen = seen
        lastSeen = seen
    }

    static let defaultWorkingOn = "Building something"
}

/// How present somebody is, by the time since their last heartbeat (original-api.md, 1.1).
enum PresenceStatus: String, Sendable {
    case active, away, offline

    /// In microseconds.
    static let activeLimit: Int64 = 1_800 * 1_000_000
    static let awayLimit: Int64 = 7_200 * 1_000_000

    init(of state: PresenceState, at now: PostgresTimestamp) {
        let age = now.microseconds - state.lastSeen.microseconds
        if state.hasLeft || age >= Self.awayLimit {
            self = .offline
        } else {
            self = age < Self.activeLimit ? .active : .away
        }
    }
}

/// What somebody seems to be doing (original-api.md, 1.1).
enum BuilderMode: String, Sendable {
    case idle, shipping, deepFocus = "deep-focus", focused, exploring

    init(of state: PresenceState, status: PresenceStatus) {
        let here = state.lastSeen.microseconds - state.firstSeen.microseconds
        if status != .active {
            self = .idle
        } else if Self.isShipping(state.workingOn ?? "") {
            self = .shipping
        } else if here >= 2 * 3_600 * 1_000_000 {
            self = .deepFocus
        } else if here >= 1_800 * 1_000_000 {
            self = .focused
        } else {
            self = .exploring
        }
    }

    private static func isShipping(_ text: String) -> Bool {
        let text = text.lowercased()
        return ["deploy", "ship", "push", "release", "launch", "publish"].contains { text.contains($0) }
    }
}
