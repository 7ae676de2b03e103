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

/// What a person says of themselves, or what others may see of them, has changed. Raised by Identity.
public struct ProfileChanged: DomainEvent, Equatable {
    public static let name = "identity.profile_changed"

    /// The folded handle.
    public let handle: String

    public init(handle: String) {
        self.handle = handle
    }
}

/// A signed-in author posted on the board. Raised by Engagement; an unverified post raises nothing.
public struct BoardPosted: DomainEvent, Equatable {
    public static let name = "engagement.board_posted"

    public let id: String
    /// The folded handle.
    public let author: String
    /// `ship` for what extends a streak as a ship.
    public let category: String
    /// The author's day in their own time zone, `YYYY-MM-DD`.
    public let day: String

    public init(id: String, author: String, category: String, day: String) {
        self.id = id
        self.author = author
        self.category = category
        self.day = day
    }
}

/// A game ended. Raised by Games.
public struct GameFinished: DomainEvent, Equatable {
    public static let name = "games.game_finished"

    /// One who took part.
    public struct Player: Codable, Hashable, Sendable {
        /// The folded handle.
        public let handle: String
        /// Their day in their own time zone, `YYYY-MM-DD`.
        public let day: String

        public init(handle: String, day: String) {
            self.handle = handle
            self.day = day
        }
    }

    public let id: String
    /// The kind of game, `tictactoe` for one.
    public let game: String
    public let players: [Player]
    /// The folded handle of the winner, `nil` for a draw.
    public let winner: String?

    public init(id: String, game: String, players: [Player], winner: String?) {
        self.id = id
        self.game = game
        self.players = players
        self.winner = winner
    }
}

/// A streak grew by a day. Raised by Engagement.
public struct StreakExtended: DomainEvent, Equatable {
    public static let name = "engagement.streak_extended"

    /// The folded handle.
    public let handle: String
    /// The day in the person's own time zone, `YYYY-MM-DD`.
    public let day: String
    /// Days in a row, this one included.
    public let current: Int

    public init(handle: String, day: String, current: Int) {
        self.handle = handle
        self.day = day
        self.current = current
    }
}

/// Somebody earned an achievement, which happens once each. Raised by Engagement.
public struct AchievementEarned: DomainEvent, Equatable {
    public static let name = "engagement.achievement_earned"

    /// The folded handle.
    public let handle: String
    /// The achievement's identifier, `week_streak` for one.
    public let achievement: String

    public init(handle: String, achievement: String) {
        self.handle = handle
        self.achievement = achievement
    }
}
