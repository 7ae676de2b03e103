import Kernel

/// How often things may be done; the figures are settings.
enum IdentityLimits {
    static let newHandles = RateLimitRule(
        name: "register",
        scope: .address,
        setting: "identity.registers_per_hour",
        window: 3_600
    )
    static let signIns = RateLimitRule(
        name: "sign_in",
        scope: .address,
        setting: "identity.sign_ins_per_hour",
        window: 3_600
    )
    static let checks = RateLimitRule(
        name: "check",
        scope: .address,
        setting: "identity.checks_per_minute",
        window: 60
    )
    static let presence = RateLimitRule(
        name: "presence",
        scope: .principal,
        setting: "identity.presence_per_minute",
        window: 60
    )
    static let unverifiedNames = RateLimitRule(
        name: "unverified_name",
        scope: .address,
        setting: "identity.unverified_names_per_day",
        window: 86_400
    )
    static let logins = RateLimitRule(
        name: "login",
        scope: .address,
        setting: "login.attempts_per_minute",
        window: 60
    )
    static let links = RateLimitRule(
        name: "login_link",
        scope: .address,
        setting: "login.links_per_hour",
        window: 3_600
    )
    static let mailboxLinks = RateLimitRule(
        name: "mailbox_link",
        scope: .address,
        setting: "login.links_per_mailbox_and_hour",
        window: 3_600
    )
    static let profiles = RateLimitRule(
        name: "profile",
        scope: .principal,
        setting: "identity.profile_writes_per_minute",
        window: 60
    )
}
