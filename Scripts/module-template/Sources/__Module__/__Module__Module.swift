import JSONText
public import Kernel
public import ServiceSettings

/// The front door of the module: what it is, and what it registers.
public struct __Module__Module: FeatureModule {
    public init() {}

    public let manifest = ModuleManifest(
        name: "__module__",
        summary: "Entries of people",
        requires: ["identity"],
        tables: ["__module__"]
    )

    public let settings = [
        SettingDeclaration(
            key: "limits.__module___per_minute",
            type: .int(0...1_000_000),
            default: 60,
            description: "New entries a minute per handle; 0: not limited.",
            owner: "__module__"
        )
    ]

    public let migrations = Migration.list(EmbeddedText.migrations)
    public let openAPI = EmbeddedText.openapi

    public func register(in registrar: ModuleRegistrar) throws {
        let store = Postgres__Module__Store(database: registrar.database)
        __Module__Routes(store: store, services: registrar.services).register(in: registrar)

        registrar.stats { [("__module__", .int(try await store.count()))] }
        registrar.export { handle in .array(try await store.all(of: handle).map(\.json)) }
        registrar.erase { handle, transaction in try await store.erase(handle, in: transaction) }
    }
}
