/// One setting: everything there is to know about it but its value.
public struct SettingDeclaration: Sendable {
    /// Sections and name, separated by dots, each in snake_case: `server.port`.
    public let key: String
    /// What it may hold.
    public let type: SettingType
    /// The value if nobody sets one; nil: it may stay unset.
    public let `default`: SettingText?
    /// What it does, with its unit, in one line for `vibe config`.
    public let description: String
    /// The name of the module it belongs to.
    public let owner: String
    /// Whether its value must never be shown or logged.
    public let isSecret: Bool
    /// Variables, besides `variable`, that set it: those that existed before this service did.
    public let environmentAliases: [String]
    /// Where the service does not start without it.
    public let requiredIn: Set<Settings.Environment>

    /// Declares a setting; the registry checks that the parts make sense.
    public init(
        key: String,
        type: SettingType,
        default: SettingText? = nil,
        description: String,
        owner: String,
        isSecret: Bool = false,
        environmentAliases: [String] = [],
        requiredIn: Set<Settings.Environment> = []
    ) {
        self.key = key
        self.type = type
        self.default = `default`
        self.description = description
        self.owner = owner
        self.isSecret = isSecret
        self.environmentAliases = environmentAliases
        self.requiredIn = requiredIn
    }

    /// The environment variable made from the key: `server.port` is set by `VIBE_SERVER_PORT`.
    public var variable: String {
        "VIBE_" + key.uppercased().replacing(".", with: "_")
    }

    /// All variables that set it.
    var variables: [String] { [variable] + environmentAliases }

    /// The variable an operator knows it by.
    var usualVariable: String { environmentAliases.first ?? variable }

    /// `expected an integer from 1 to 65535, found '99999'`, without the value if it is a secret.
    func mismatch(found: String) -> String {
        "\(key): expected \(type.expectation)" + (isSecret ? "" : ", found '\(found)'")
    }
}
