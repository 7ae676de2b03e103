import Kernel
import ServiceSettings

/// The settings of the module.
enum SocialGraphSettings {
    static let all: [SettingDeclaration] = [
        SettingDeclaration(
            key: enforceConsent,
            type: .bool,
            default: false,
            description: "Whether a stranger's first message is the only one until it is accepted.",
            owner: "social_graph",
            environmentAliases: ["ENFORCE_CONSENT"]
        ),
        SettingDeclaration(
            key: "social_graph.changes_per_minute",
            type: .int(0...1_000_000),
            default: 60,
            description: "Changes of consent, friends, follows and mutes per handle and minute; 0 for no limit.",
            owner: "social_graph"
        ),
        SettingDeclaration(
            key: "social_graph.code_tries_per_hour",
            type: .int(0...1_000_000),
            default: 20,
            description: "Friend codes that a handle may try in an hour; 0 for no limit.",
            owner: "social_graph"
        ),
    ]

    static let enforceConsent = "social_graph.enforce_consent"
}

extension RateLimitRule {
    /// Changes of what people are to each other.
    static let changes = RateLimitRule(
        name: "social_graph",
        scope: .principal,
        setting: "social_graph.changes_per_minute",
        window: 60
    )

    /// Tries of friend codes: counted exactly, for a code can be guessed.
    static let codeTries = RateLimitRule(
        name: "friend_code",
        scope: .principal,
        setting: "social_graph.code_tries_per_hour",
        window: 3_600
    )
}
