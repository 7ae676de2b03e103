/// A person or an agent claimed a handle. Raised by Identity in the transaction of the claim.
public struct HandleRegistered: DomainEvent, Equatable {
    public static let name = "identity.handle_registered"

    /// The folded handle.
    public let handle: String
    /// The number among the founders, `nil` past the cap.
    public let genesisNumber: Int?
    public let isAgent: Bool

    public init(handle: String, genesisNumber: Int?, isAgent: Bool) {
        self.handle = handle
        self.genesisNumber = genesisNumber
        self.isAgent = isAgent
    }
}

/// Somebody was seen on a day of their own calendar. Raised by Identity, at most once per handle and local day.
public struct PersonActive: DomainEvent, Equatable {
    public static let name = "identity.person_active"

    /// The folded handle.
    public let handle: String
    /// The day in the person's own time zone, `YYYY-MM-DD`.
    public let day: String
    public let isAgent: Bool

    public init(handle: String, day: String, isAgent: Bool) {
        self.handle = handle
        self.day = day
        self.isAgent = isAgent
    }
}

/// A message was stored. Raised by Messaging in the transaction of the write.
public struct MessageSent: DomainEvent, Equatable {
    public static let name = "messaging.message_sent"

    public let id: String
    /// The folded handle of the sender.
    public let from: String
    /// The folded handle of the recipient.
    public let to: String
    /// The sender's day in their own time zone, `YYYY-MM-DD`.
    public let day: String

    public init(id: String, from: String, to: String, day: String) {
        self.id = id
        self.from = from
        self.to = to
        self.day = day
    }
}
