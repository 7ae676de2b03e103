import Kernel
import KeyValue
import Logging
import Postgres
import ServiceSettings

/// The module, put together.
struct CutoverParts: Sendable {
    let phases: Phases
    private let settings: Settings
    private let store: PhaseStore
    private let evidence: EvidenceStore
    private let changes: PhaseChanges
    private let coordinator: Coordinator
    private let watchdog: WatchdogJob
    private let figures: CutoverFigures
    private let admin: AdminRoutes
    private let copying: Copying?
    /// Whether it does anything: a KV is configured, or somebody switched the module on by name.
    private let isActive: Bool

    init(_ registrar: ModuleRegistrar, entities: [any PhasedEntity]) throws {
        let services = registrar.services
        let logger = registrar.logger
        settings = registrar.settings
        store = PhaseStore(database: services.database)
        evidence = EvidenceStore(database: services.database)
        let address = try KeyValueAccess.configuration(settings)
        changes = PhaseChanges(database: services.database, signals: services.signals, hasKV: address != nil)
        isActive = address != nil || settings.source(of: "modules.cutover.enabled") != .declaration
        let phases = isActive ? Phases() : Phases.fixed()
        self.phases = phases
        coordinator = Coordinator(
            phases: phases,
            store: store,
            changes: changes,
            signals: services.signals,
            logger: logger
        )
        watchdog = WatchdogJob(
            meter: phases.meter,
            alerts: Alerts(webhook: settings.optionalString("cutover.alert_webhook"), logger: logger),
            changes: changes,
            retreats: settings.bool("cutover.watchdog_retreats")
        )
        figures = CutoverFigures(phases: store, repairs: RepairStore(database: services.database))
        let token = settings.optionalString("cutover.operator_token")
        guard token.map({ $0.utf8.count >= 16 }) ?? true else {
            throw StartFailure("cutover.operator_token is too short: at least 16 characters.", code: 78)
        }
        admin = AdminRoutes(token: token, report: CutoverReport(database: services.database), changes: changes)
        copying = try address.map { try Copying($0, services, phases, EntityCatalogue(entities), logger) }
    }

    func register(in registrar: ModuleRegistrar) {
        admin.register(in: registrar)
        guard isActive else { return }
        let (coordinator, store, watchdog, figures) = (coordinator, store, watchdog, figures)
        registrar.services.signals.listen(to: PhaseChanges.channel) { coordinator.wake() }
        registrar.job("lease", every: .milliseconds(500), scope: .everyInstance) { await coordinator.run() }
        registrar.job("watchdog", every: .seconds(60), scope: .everyInstance) { try await watchdog.run() }
        registrar.job("figures", every: .seconds(15), scope: .everyInstance) { try await figures.record() }
        registrar.job("instances", every: .seconds(60), scope: .oneInstance) { try await store.sweep() }
        copying?.register(in: registrar)
    }

    func start() async throws {
        let hasKV = copying != nil
        if isActive { try await store.addMissing(hasKV: hasKV) }
        let records = try await store.records()
        try StartRules.check(
            records,
            hasKV: hasKV,
            identityIsBackfilled: try await evidence.identityIsBackfilled()
        )
        guard isActive else { return }
        try await advanceAsWanted(records)
        try await coordinator.register()
    }

    func stop() async {
        if isActive { await coordinator.leave() }
        await copying?.kv.shutDown()
    }

    /// `USE_POSTGRES_<TYPE>`.
    private func advanceAsWanted(_ records: [PhaseRecord]) async throws {
        let wanted = settings.setsWantedInPostgres
        for record in records where wanted.contains(record.set) {
            let missing = try await evidence.evidence(for: record).missing(
                for: .postgresReads,
                from: record.state.phase
            )
            guard try StartRules.mustAdvance(record, missing: missing) else { continue }
            do {
                let request = PhaseChanges.Request(
                    by: "service",
                    reason: "\(CutoverSettings.key(of: record.set)) is set"
                )
                try await changes.begin(.advance, record.set, request)
            } catch PhaseRefusal.changeUnderWay {
                // Another instance starts with the same settings.
            }
        }
    }
}

/// What needs a KV.
struct Copying: Sendable {
    let kv: KeyValueClient
    let worker: CopyWorker
    let repairs: RepairQueue
    let writes: PendingWrites

    init(
        _ configuration: KeyValueConfiguration,
        _ services: KernelServices,
        _ phases: Phases,
        _ catalogue: EntityCatalogue,
        _ logger: Logger
    ) throws {
        kv = try KeyValueClient(configuration: configuration, logger: logger)
        let copies = CopyStore(database: services.database)
        let repairStore = RepairStore(database: services.database)
        worker = CopyWorker(
            phases: phases,
            catalogue: catalogue,
            store: copies,
            kv: kv,
            batch: services.settings.int("cutover.copy_batch"),
            logger: logger
        )
        repairs = RepairQueue(
            catalogue: catalogue,
            store: repairStore,
            copies: copies,
            kv: kv,
            clock: services.clock,
            logger: logger
        )
        writes = PendingWrites(
            kv: kv,
            repairs: repairStore,
            timeout: services.settings.duration("kv.timeout"),
            clock: services.clock,
            logger: logger
        )
    }

    func register(in registrar: ModuleRegistrar) {
        let (worker, repairs) = (worker, repairs)
        registrar.provide(writes, as: PendingWrites.self)
        registrar.provide(repairs, as: RepairQueue.self)
        registrar.provide(kv, as: KeyValueClient.self)
        registrar.job("copies", every: .milliseconds(200), scope: .oneInstance) {
            while try await worker.run() > 0 {}
        }
        registrar.job("repairs", every: .seconds(60), scope: .oneInstance) { _ = try await repairs.run() }
    }
}
