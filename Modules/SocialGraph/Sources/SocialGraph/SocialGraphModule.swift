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
            "social_counts", "profiles", "discovery_people", "person_topics", "search_words", "suggestion_dismissals",
            "introductions", "discovery_filling",
        ]
    )

    public var settings: [SettingDeclaration] { SocialGraphSettings.all }

    public let migrations = Migration.list(EmbeddedText.migrations)
    public let openAPI = EmbeddedText.openapi

    public func register(in registrar: ModuleRegistrar) throws {
        let connections = try ConnectionParts(registrar)
        connections.register(in: registrar)
        let discovery = try DiscoveryParts(registrar, connections)
        discovery.register(in: registrar)
        registrar.export { handle in
            [
                "connections": try await connections.export(handle),
                "discovery": try await discovery.export(handle),
            ]
        }
        registrar.erase { handle, transaction in
            try await discovery.erase(handle, in: transaction)
            try await connections.erase(handle, in: transaction)
        }
    }
}
