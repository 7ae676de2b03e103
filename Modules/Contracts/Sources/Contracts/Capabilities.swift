public import Postgres

/// Knows the people. Provided by Identity; reading is free in the steady state, for it is answered from memory.
public protocol PeopleDirectory: Sendable {
    /// The person with this folded key, or `nil` when nobody has that row.
    func person(_ key: String) async throws -> Person?

    /// The people with these keys, those without a row left out. One query for all that memory does not hold.
    func people(_ keys: some Collection<String> & Sendable) async throws -> [String: Person]

    /// The person with this handle; an unknown name gets a placeholder row, so that foreign keys to it hold.
    ///
    /// - Parameter sender: whom the new placeholder counts against (at most 20 a day each).
    /// - Throws: `PlaceholderLimitReached` when the sender has made too many.
    func personOrPlaceholder(_ handle: Handle, madeBy sender: String) async throws -> Person

    /// The calendar day of this instant in the person's own time zone, `YYYY-MM-DD`.
    func day(of person: Person, at instant: PostgresTimestamp) -> String
}

/// A sender has written to too many names that nobody has claimed.
public struct PlaceholderLimitReached: Error, Sendable {
    public init() {}
}

/// May one person write to another? Provided by SocialGraph; without it everybody may.
///
/// Two calls, since the answer must come before anything is written and the record must share the write's fate:
/// ``check(from:to:)`` first, then ``record(_:preview:)`` gives statements for the caller's open transaction.
public protocol ConsentCapability: Sendable {
    /// - Throws: `ConsentRefused` when the recipient blocked the sender, was blocked by them, or a limit is reached.
    func check(from sender: Person, to recipient: Person) async throws -> ConsentDecision

    /// Statements that record the contact, to run in the transaction that stores the message.
    ///
    /// - Parameter preview: the first words of the message, at most 200 UTF-16 units, for the pending request.
    func record(_ decision: ConsentDecision, preview: String) -> [PostgresQuery]
}

/// What ``ConsentCapability/check(from:to:)`` found.
public struct ConsentDecision: Hashable, Sendable {
    /// The state of the ordered pair after the write, as clients see it.
    public enum State: String, Hashable, Sendable {
        case accepted, pending, bypassed
    }

    public let from: String
    public let to: String
    public let state: State
    /// Whether this is the first contact, which makes a pending request.
    public let isFirstContact: Bool

    public init(from: String, to: String, state: State, isFirstContact: Bool) {
        self.from = from
        self.to = to
        self.state = state
        self.isFirstContact = isFirstContact
    }
}

/// The recipient does not want to hear from the sender, or not yet.
public struct ConsentRefused: Error, Hashable, Sendable {
    public enum Reason: String, Hashable, Sendable {
        case blocked = "consent_blocked"
        case required = "consent_required"
        case strangerLimit = "stranger_limit"
    }

    public let reason: Reason

    public init(_ reason: Reason) {
        self.reason = reason
    }
}

/// Whom a reader must not see, and who must not see them. Provided by SocialGraph.
public protocol BlockList: Sendable {
    /// Folded keys blocked by `reader`, or that blocked them.
    func hidden(from reader: String) async throws -> Set<String>
}

/// Sends a message on behalf of the system. Provided by Messaging; used to greet newcomers.
public protocol SystemMessenger: Sendable {
    /// Stores one message from a system handle. The id makes it happen once, however often it is called.
    func send(id: String, from: String, to: String, text: String) async throws
}
