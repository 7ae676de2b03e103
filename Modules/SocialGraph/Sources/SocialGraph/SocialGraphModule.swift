import Contracts
import JSONText
public import Kernel
public import ServiceSettings

/// What people are to each other, and whom they should meet: consent, friends, follows, discovery, profiles.
public struct SocialGraphModule: FeatureModule {
    public init() {}

    public let manifest = ModuleManifest(
        name: "social_graph",
        summary: "Consent, friends, follows, discovery and profiles",
        requires: ["identity"],
        tables: [
            "user_connections", "connection_ledger", "mutes", "friends", "friend_requests", "friend_codes", "follows",
            "social_counts",
        ]
    )

    public var settings: [SettingDeclaration] { SocialGraphSettings.all }

    public let migrations = Migration.list(EmbeddedText.migrations)
    public let openAPI = EmbeddedText.openapi

    public func register(in registrar: ModuleRegistrar) throws {
        let connections = try ConnectionParts(registrar)
        connections.register(in: registrar)
    }
}
