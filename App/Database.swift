import DevelopmentPostgres
import Foundation
import Kernel
import Logging
import ServiceSettings

/// The settings of a command, with a database in them: the one that was configured, or in development a private server
/// of our own.
struct Database {
    let settings: Settings
    private let server: PrivatePostgres?

    /// - Throws: `PrivatePostgresError`, one line, when no server can be started.
    static func find(_ options: CommonOptions, logger: Logger) async throws -> Database {
        let settings = try options.settings()
        guard settings.environment == .development else { return Database(settings: settings, server: nil) }

        let folder = URL(filePath: FileManager.default.currentDirectoryPath).appending(path: ".vibe")
        var found: [String: String] = [:]
        if settings.optionalString("server.secret") == nil {
            found["server.secret"] = try DevelopmentSecret.load(folder: folder)
        }
        var server: PrivatePostgres?
        if settings.optionalString("database.url") == nil {
            let started = try await PrivatePostgres.start(
                folder: folder.appending(path: "postgres"),
                options: .init(database: "vibe"),
                logger: logger
            )
            found["database.url"] = started.url
            server = started
        }
        return Database(settings: try options.settings(found), server: server)
    }

    /// Lets go of the private server, which stops when nobody else uses it.
    func release() async {
        try? await server?.stop()
    }

    /// Runs `body` with a database, and lets go of it whatever happens.
    static func with(
        _ options: CommonOptions,
        logger: Logger,
        _ body: (Settings) async throws -> Void
    ) async throws {
        let database = try await find(options, logger: logger)
        do {
            try await body(database.settings)
        } catch {
            await database.release()
            throw error
        }
        await database.release()
    }
}
