import KernelTesting
import Logging
import Postgres
import ServiceLifecycle
import ServiceSettings

@testable import Kernel

enum KernelFixture {
    /// What kernel parts share, on a database, without a service around it.
    static func services(
        _ database: PostgresClient,
        clock: WallClock = .system,
        settings: [String: String] = [:],
        declaring declarations: [SettingDeclaration] = []
    ) throws -> KernelServices {
        let secret = String(repeating: "s", count: 32)
        var registry = SettingsRegistry()
        try registry.declare(KernelSettings.all + declarations)
        return KernelServices(
            settings: try Settings.load(
                registry: registry,
                environment: ["VIBE_ENV": "test", "VIBE_AUTH_SECRET": secret],
                flags: settings
            ),
            database: database,
            clock: clock,
            ids: .system,
            events: EventPublisher(),
            secret: try ServiceSecret(secret),
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        )
    }

    /// Runs services for as long as `body` takes, then stops them gracefully.
    static func running(_ services: [any Service], _ body: () async throws -> Void) async throws {
        let group = ServiceGroup(
            configuration: .init(
                services: services.map { .init(service: $0) },
                logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
            )
        )
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            do {
                try await body()
            } catch {
                await group.triggerGracefulShutdown()
                throw error
            }
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
        }
    }
}
