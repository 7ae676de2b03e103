public import Logging
public import Postgres
import ServiceLifecycle
public import ServiceSettings

extension VibeService {
    /// Runs `body` with a migrator for all compiled-in modules, on a database client of its own.
    ///
    /// - Throws: ``StartFailure`` when the database cannot be reached; what `body` throws.
    public static func withMigrator(
        of modules: [any FeatureModule],
        settings: Settings,
        logger: Logger,
        _ body: @Sendable @escaping (SchemaMigrator) async throws -> Void
    ) async throws {
        try await withDatabase(settings: settings, logger: logger) { database in
            try await body(Assembly.migrator(of: modules, settings: settings, database: database, logger: logger))
        }
    }

    /// Runs `body` with a database client of its own: for commands.
    ///
    /// - Throws: ``StartFailure`` when the database cannot be reached; what `body` throws.
    public static func withDatabase(
        settings: Settings,
        logger: Logger,
        _ body: @Sendable @escaping (PostgresClient) async throws -> Void
    ) async throws {
        let database = PostgresClient(configuration: try Assembly.database(settings), logger: logger)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await database.run() }
            do {
                try await database.connect(settings)
                try await body(database)
            } catch {
                group.cancelAll()
                throw error
            }
            group.cancelAll()
        }
    }
}

extension PostgresClient {
    /// Waits for the database as long as the settings allow.
    ///
    /// - Throws: ``StartFailure`` with the reason.
    func connect(_ settings: Settings) async throws {
        do {
            try await waitUntilReady(timeout: settings.duration("database.start_timeout"))
        } catch let error as PostgresError {
            throw StartFailure("The database cannot be reached: \(error)", code: 69)
        }
    }
}
