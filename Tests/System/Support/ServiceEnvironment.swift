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
        "VIBE_DATABASE_READ_CONNECTIONS": "2",
        "VIBE_DATABASE_WRITE_CONNECTIONS": "4",
    ]

    /// Unlimited, and what is given.
    static func unlimited(_ more: [String: String]) -> [String: String] {
        unlimited.merging(more) { _, given in given }
    }
}
