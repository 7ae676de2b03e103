import JSONText
public import Kernel
public import ServiceSettings

/// The front door of the module: what it is, and what it registers.
public struct EngagementModule: FeatureModule {
    public init() {}

    public let manifest = ModuleManifest(
        name: "engagement",
        summary: "Entries of people",
        requires: ["identity"],
        tables: ["engagement"]
    )

    public let settings = [
        SettingDeclaration(
            key: "limits.engagement_per_minute",
            type: .int(0...1_000_000),
            default: 60,
            description: "New entries a minute per handle; 0: not limited.",
            owner: "engagement"
        )
    ]

    public let migrations = Migration.list(EmbeddedText.migrations)
    public let openAPI = EmbeddedText.openapi

    public func register(in registrar: ModuleRegistrar) throws {
        let store = PostgresEngagementStore(database: registrar.database)
        EngagementRoutes(store: store, services: registrar.services).register(in: registrar)

        registrar.stats { [("engagement", .int(try await store.count()))] }
        registrar.export { handle in .array(try await store.all(of: handle).map(\.json)) }
        registrar.erase { handle, transaction in try await store.erase(handle, in: transaction) }
    }
}
