import Foundation
import Glibc

/// A PgBouncer in transaction mode before a server, for tests: all databases of the server through a Unix socket. It
/// goes with the process, as ``TemporaryPostgres`` does.
public final class TemporaryPgBouncer: Sendable {
    private static let program = "/usr/sbin/pgbouncer"
    private static let port = 6432

    /// Whether Debian's package pgbouncer is installed; tests that need it are skipped without.
    public static var isInstalled: Bool { FileManager.default.isExecutableFile(atPath: program) }

    private let folder: String
    private let cleaner: Cleaner

    private init(folder: String, cleaner: Cleaner) {
        self.folder = folder
        self.cleaner = cleaner
    }

    /// Starts one and returns when it accepts connections.
    /// - Parameters:
    ///   - postgres: a server of our own, not the one of `VIBE_TEST_POSTGRES`.
    ///   - poolSize: connections to the server, for each database.
    public static func start(
        before postgres: TemporaryPostgres,
        poolSize: Int = 20
    ) async throws(PrivatePostgresError) -> TemporaryPgBouncer {
        let account = try Account.forServer()
        let server = try postgres.own
        let folder = try TemporaryFolder.make(owner: account)
        let configuration = folder + "/pgbouncer.ini"
        let cleaner = try Cleaner.forServer(in: folder, pidFile: folder + "/pgbouncer.pid", mark: configuration)
        try Home.write(
            """
            [databases]
            * = host=\(server.home.sockets) port=\(server.port) user=\(Server.user)

            [pgbouncer]
            unix_socket_dir = \(folder)
            listen_port = \(port)
            auth_type = any
            pool_mode = transaction
            default_pool_size = \(poolSize)
            max_client_conn = 1000
            ignore_startup_parameters = extra_float_digits
            pidfile = \(folder)/pgbouncer.pid

            """,
            to: configuration,
            mode: 0o600,
            owner: account
        )
        let log = try ServerLog(path: folder + "/pgbouncer.log")
        let child = try ChildProcess(
            account.running([program, configuration]),
            environment: Account.environment,
            output: log.descriptor,
            errors: log.descriptor
        )
        // The socket is there before the process number is written, which the cleaner needs.
        let files = ["/pgbouncer.pid", "/.s.PGSQL.\(port)"].map { folder + $0 }
        let isReady = await wait(upTo: 10) {
            child.hasExited || files.allSatisfy { FileManager.default.fileExists(atPath: $0) }
        }
        guard isReady, !child.hasExited else {
            throw .startFailed(reason: ServerLog.reason(in: log.newText), log: folder + "/pgbouncer.log")
        }
        return TemporaryPgBouncer(folder: folder, cleaner: cleaner)
    }

    /// The address of a database of the server, through PgBouncer.
    public func url(database: String) -> String {
        Server.url(database: database, sockets: folder, port: Self.port)
    }

    /// Ends it and removes its files now, instead of with the process.
    public func remove() async {
        await cleaner.clean()
    }
}
