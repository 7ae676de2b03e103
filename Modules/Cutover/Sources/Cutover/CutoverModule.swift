public import Kernel
import KeyValue
import Postgres
public import ServiceSettings
import Synchronization

/// Moves the data of the original from KV to Postgres, and can go back. See the README.
///
/// Without a KV address, and unless it is switched on by name, it only offers phases that never change.
public final class CutoverModule: FeatureModule {
    private let entities: [any PhasedEntity]
    private let parts = Mutex<CutoverParts?>(nil)

    /// - Parameter entities: what the modules' KV targets copy and repair.
    public init(entities: [any PhasedEntity] = []) {
        self.entities = entities
    }

    public let manifest = ModuleManifest(
        name: "cutover",
        summary: "Moves the data from KV to Postgres, and can go back",
        tables: CutoverModule.tables
    )

    private static let tables = [
        "cutover_phases", "cutover_instances", "cutover_actions", "cutover_evidence", "cutover_copies",
        "cutover_repairs", "backfill_staging", "backfill_positions", "backfill_counts", "backfill_findings",
    ]

    public var settings: [SettingDeclaration] { CutoverSettings.all }

    public let migrations = Migration.list(EmbeddedText.migrations)
    public let openAPI = EmbeddedText.openapi

    public func register(in registrar: ModuleRegistrar) throws {
        let parts = try CutoverParts(registrar, entities: entities)
        registrar.provide(parts.phases, as: Phases.self)
        parts.register(in: registrar)
        self.parts.withLock { $0 = parts }
    }

    public func start() async throws {
        try await parts.withLock { $0 }?.start()
    }

    public func stop() async {
        await parts.withLock { $0 }?.stop()
    }
}
