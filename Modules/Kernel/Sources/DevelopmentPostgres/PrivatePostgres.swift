public import Foundation
public import Logging
import Synchronization

/// A Postgres server of our own, for development: made in a folder from the installed package, reached through a Unix
/// socket in a folder that only its user can enter, run by an unprivileged user even when root starts it.
///
/// Any number of processes may use the server of one folder: the first starts it, the others adopt it, and **the last
/// one to ``stop(mode:)`` ends it**. A process that is killed leaves the server running; the next one adopts it and,
/// being alone, ends it in its turn. (Each user holds a shared file lock, which the kernel drops when a process dies.)
///
/// When the server's user cannot enter the folder, such as a clone in root's home, the data is in
/// `/var/lib/vibe/<hash>`, and the file `location` in the folder says so. When the folder's path is too long for a
/// socket, the socket is in `/tmp/vibe-<user>-<hash>`.
public final class PrivatePostgres: Sendable {
    /// The address of the database: `postgresql://vibe@/<database>?host=<socket folder>&port=5432`. It holds no secret.
    public let url: String
    /// Where data, log and locks are: the folder asked for, or its replacement.
    public let folder: URL
    /// Whether this call started the server; false when it was adopted.
    public let wasStarted: Bool

    private let server: Server
    private let logger: Logger
    private let share: Mutex<Share>

    /// Our part in the server, until we stop.
    private struct Share: ~Copyable {
        var lock: FileLock?
    }

    private init(server: Server, wasStarted: Bool, lock: consuming FileLock, logger: Logger) {
        self.server = server
        self.wasStarted = wasStarted
        self.logger = logger
        url = server.url(database: server.options.database)
        folder = URL(filePath: server.home.folder, directoryHint: .isDirectory)
        share = Mutex(Share(lock: lock))
    }

    /// Starts the server of `folder`, or adopts the one that runs there, and returns when it accepts connections.
    ///
    /// The first time takes about a second (`initdb`), later ones tenths. Cancellation is not looked at.
    /// - Parameter folder: such as `.vibe/postgres`; made when missing, with what leads to it.
    public static func start(
        folder: URL,
        options: Options = Options(),
        logger: Logger
    ) async throws(PrivatePostgresError) -> PrivatePostgres {
        let account = try Account.forServer()
        let home = try await Home.find(for: folder.absoluteURL.standardizedFileURL.path, account: account)
        let change = try await takeChangeLock(of: home)
        defer { extendLifetime(change) }
        let installation = try await Installation.find(forDataOf: home.dataVersion, folder: home.data)
        let server = try Server(installation: installation, account: account, home: home, options: options)
        let lock = try FileLock(path: home.usersLock)
        guard lock.tryShare() else { throw .locked(path: home.usersLock) }
        let wasStarted = try await server.start()
        try await server.ensureDatabase(options.database)
        logger.info(
            wasStarted ? "private Postgres started" : "private Postgres adopted",
            metadata: ["folder": "\(home.folder)", "version": "\(installation.version)"]
        )
        return PrivatePostgres(server: server, wasStarted: wasStarted, lock: lock, logger: logger)
    }

    /// Ends our use of the server, and the server itself if no other process uses it. A second call does nothing.
    public func stop(mode: StopMode = .fast) async throws(PrivatePostgresError) {
        let mine = share.withLock { $0.lock.take() }
        guard let mine else { return }
        // Nobody can begin to use the server between our look and its end.
        let change = try await Self.takeChangeLock(of: server.home)
        defer { extendLifetime(change) }
        guard mine.tryAlone() else {
            logger.info("private Postgres left running: another process uses it")
            return
        }
        await server.stop(mode: mode)
        logger.info("private Postgres stopped")
    }

    private static func takeChangeLock(of home: Home) async throws(PrivatePostgresError) -> FileLock {
        let lock = try FileLock(path: home.changeLock)
        guard await wait(upTo: 60, until: { lock.tryAlone() }) else { throw .locked(path: home.changeLock) }
        return lock
    }
}
