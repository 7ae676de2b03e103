import Foundation
import Kernel
import Logging
import PrivatePostgres
import Settings

/// Finds the database of a command: the one in the settings, or in development a private server of our own.
struct Database {
    let settings: Settings
    private let server: PrivatePostgres?

    /// - Throws: `PrivatePostgresError`, one line, when no server can be started.
    static func find(_ options: CommonOptions, logger: Logger) async throws -> Database {
        let settings = try options.settings()
        guard settings.optionalString("database.url") == nil, settings.environment == .development else {
            return Database(settings: settings, server: nil)
        }
        let folder = URL(filePath: FileManager.default.currentDirectoryPath).appending(path: ".vibe/postgres")
        let server = try await PrivatePostgres.start(folder: folder, options: .init(database: "vibe"), logger: logger)
        return Database(settings: try options.settings(["database.url": server.url]), server: server)
    }

    /// Stops the private server, if this command started it.
    func release() async {
        guard let server, server.wasStarted else { return }
        try? await server.stop()
    }
}
