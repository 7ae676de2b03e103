/// Variables with which tests start the service, besides those that `withProcessService` sets.
enum ServiceEnvironment {
    /// Without the limits that a test which sends all it can would run into, and with few connections, since many
    /// services share one server.
    static let unlimited = [
        "VIBE_LIMITS_READS_PER_MINUTE": "0",
        "VIBE_MESSAGING_MESSAGES_PER_MINUTE": "0",
        "VIBE_IDENTITY_REGISTERS_PER_HOUR": "0",
        "VIBE_IDENTITY_SIGN_INS_PER_HOUR": "0",
        "VIBE_IDENTITY_CHECKS_PER_MINUTE": "0",
        "VIBE_IDENTITY_PRESENCE_PER_MINUTE": "0",
        "VIBE_IDENTITY_PROFILE_WRITES_PER_MINUTE": "0",
        "VIBE_LOGIN_ATTEMPTS_PER_MINUTE": "0",
        "VIBE_LOGIN_LINKS_PER_HOUR": "0",
        "VIBE_LOGIN_LINKS_PER_MAILBOX_AND_HOUR": "0",
        "VIBE_IDENTITY_KEY_PROOFS_PER_HOUR": "0",
        "VIBE_IDENTITY_KEY_ROTATIONS_PER_HOUR": "0",
        "VIBE_IDENTITY_API_KEYS_PER_HOUR": "0",
        "VIBE_IDENTITY_EXPORTS_PER_HOUR": "0",
        "VIBE_IDENTITY_UNVERIFIED_NAMES_PER_DAY": "0",
        "VIBE_IDENTITY_UNDATED_SIGNATURES_PER_HOUR": "0",
        "VIBE_MESSAGING_SEARCHES_PER_MINUTE": "0",
        "VIBE_ENGAGEMENT_BOARD_POSTS_PER_MINUTE": "0",
        "VIBE_ENGAGEMENT_BOARD_REPLIES_PER_MINUTE": "0",
        "VIBE_ENGAGEMENT_FUNNEL_EVENTS_PER_MINUTE": "0",
        "VIBE_ENGAGEMENT_INVITE_CHECKS_PER_MINUTE": "0",
        "VIBE_ENGAGEMENT_INVITES_PER_MINUTE": "0",
        "VIBE_ENGAGEMENT_REDEMPTIONS_PER_HOUR": "0",
        "VIBE_ENGAGEMENT_STREAK_WRITES_PER_MINUTE": "0",
        "VIBE_ENGAGEMENT_UNVERIFIED_AUTHORS_PER_DAY": "0",
        "VIBE_ENGAGEMENT_WAITLIST_JOINS_PER_HOUR": "0",
        "VIBE_SOCIAL_GRAPH_CHANGES_PER_MINUTE": "0",
        "VIBE_SOCIAL_GRAPH_CODE_TRIES_PER_HOUR": "0",
        "VIBE_LIMITS_FAILED_AUTHENTICATIONS_PER_MINUTE": "0",
        "VIBE_DATABASE_READ_CONNECTIONS": "2",
        "VIBE_DATABASE_WRITE_CONNECTIONS": "4",
    ]

    /// Unlimited, and what is given.
    static func unlimited(_ more: [String: String]) -> [String: String] {
        unlimited.merging(more) { _, given in given }
    }
}
