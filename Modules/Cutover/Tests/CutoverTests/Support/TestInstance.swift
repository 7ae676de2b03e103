import Kernel
import KernelTesting
import Logging
import Postgres

@testable import Cutover

/// One instance of the service, as far as phases go.
struct TestInstance: Sendable {
    let phases = Phases()
    let changes: PhaseChanges
    let coordinator: Coordinator
    private let signals: Signals

    init(_ database: PostgresClient) {
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        let signals = Signals(database: database, logger: logger)
        self.signals = signals
        changes = PhaseChanges(database: database, signals: signals, hasKV: true)
        let coordinator = Coordinator(
            phases: phases,
            store: PhaseStore(database: database),
            changes: changes,
            signals: signals,
            logger: logger
        )
        self.coordinator = coordinator
        signals.listen(to: PhaseChanges.channel) { coordinator.wake() }
    }

    /// Runs until the task is cancelled.
    func run() async {
        await withDiscardingTaskGroup { group in
            group.addTask { try? await signals.run() }
            await coordinator.run()
            group.cancelAll()
        }
    }

    /// Looks again and again until the task is cancelled: a run that can be broken off and taken up again.
    func lookRepeatedly() async {
        while !Task.isCancelled {
            _ = try? await coordinator.look()
            try? await Task.sleep(for: .milliseconds(20))
        }
    }
}

/// A database with all data sets in `kv`, identity backfilled.
func withPhases<R>(_ body: (PostgresClient, PhaseStore) async throws -> R) async throws -> R {
    try await withTestDatabase(modules: [CutoverModule()]) { database in
        let store = PhaseStore(database: database.client)
        try await store.addMissing(hasKV: true)
        try await EvidenceStore(database: database.client).recordBackfill(of: .identity, begunIn: 0)
        return try await body(database.client, store)
    }
}

/// Runs instances, registered, for as long as `body` takes.
func withRunning<R>(_ instances: [TestInstance], _ body: () async throws -> R) async throws -> R {
    for instance in instances { try await instance.coordinator.register() }
    return try await withThrowingTaskGroup(of: Void.self) { group in
        for instance in instances { group.addTask { await instance.run() } }
        defer { group.cancelAll() }
        return try await body()
    }
}
