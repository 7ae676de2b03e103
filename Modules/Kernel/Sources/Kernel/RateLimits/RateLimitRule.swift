/// How often something may be done. The figure is a setting, so that an operator can change it.
public struct RateLimitRule: Sendable, Hashable {
    /// Whose calls are counted together.
    public enum Scope: Sendable, Hashable {
        /// The client's address.
        case address
        /// The caller's handle; the address for callers without a token.
        case principal
    }

    /// Names the counter, also in metrics: `messages`.
    public let name: String
    public let scope: Scope
    /// The setting that holds the number of calls per window, 0 for no limit.
    public let setting: String
    /// Seconds over which the calls are counted: 60 or 3,600.
    public let window: Int

    public init(name: String, scope: Scope, setting: String, window: Int) {
        self.name = name
        self.scope = scope
        self.setting = setting
        self.window = window
    }

    /// Requests with a token that is not valid. Enough for clients that poll with a dead one, too few for guessing and
    /// for making the database look dead tokens up.
    static let failedAuthentication = RateLimitRule(
        name: "failed_authentication",
        scope: .address,
        setting: "limits.failed_authentications_per_minute",
        window: 60
    )

    /// Reads of any kind: 1,200 a minute (design §4), which covers ten requests per tool call without a pause.
    public static let reads = RateLimitRule(
        name: "reads",
        scope: .principal,
        setting: "limits.reads_per_minute",
        window: 60
    )
}
