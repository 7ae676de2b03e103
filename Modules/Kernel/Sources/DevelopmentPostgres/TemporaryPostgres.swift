import Foundation
public import Glibc

/// A Postgres server for tests, in a folder of `/tmp` that goes with the process, however that ends.
///
/// Suites use ``shared`` and a database each; a test that stops or kills its server starts one of its own.
/// With `VIBE_TEST_POSTGRES` set to the URL of a superuser, ``shared`` is that server instead.
public final class TemporaryPostgres: Sendable {
    private enum Kind {
        case own(Server)
        case external(url: String)
    }

    private let kind: Kind
    private let psql: PSQL
    private let cleaner: Cleaner
    /// Before the name of each database: several runs may use one external server.
    private let prefix: String

    private init(kind: Kind, psql: PSQL, cleaner: Cleaner, prefix: String) {
        self.kind = kind
        self.psql = psql
        self.cleaner = cleaner
        self.prefix = prefix
    }

    private static let sharedStart = Task { () async -> Result<TemporaryPostgres, PrivatePostgresError> in
        do throws(PrivatePostgresError) {
            guard let url = ProcessInfo.processInfo.environment["VIBE_TEST_POSTGRES"] else {
                return .success(try await start())
            }
            return .success(try await use(url))
        } catch {
            return .failure(error)
        }
    }

    /// The server of this process, started at first use.
    public static var shared: TemporaryPostgres {
        get async throws(PrivatePostgresError) { try await sharedStart.value.get() }
    }

    /// Starts a server that nobody else uses.
    /// - Parameter options: `database` is not looked at.
    public static func start(
        options: PrivatePostgres.Options = .init(durable: false, maxConnections: 200)
    ) async throws(PrivatePostgresError) -> TemporaryPostgres {
        let account = try Account.forServer()
        let folder = try TemporaryFolder.make(owner: account)
        let home = Home(folder: folder, account: account)
        let cleaner = try Cleaner.forServer(in: folder, pidFile: home.data + "/postmaster.pid", mark: home.data)
        let installation = try await Installation.find(forDataOf: nil, folder: folder)
        let server = try Server(installation: installation, account: account, home: home, options: options)
        _ = try await server.start()
        return TemporaryPostgres(
            kind: .own(server),
            psql: PSQL(program: installation.program("psql")),
            cleaner: cleaner,
            prefix: ""
        )
    }

    private static func use(_ url: String) async throws(PrivatePostgresError) -> TemporaryPostgres {
        let psql = PSQL(program: try await Installation.find(forDataOf: nil, folder: "").program("psql"))
        let prefix = "test_\(getpid())_"
        let cleaner = try Cleaner.forDatabases(prefix: prefix, url: url, psql: psql)
        return TemporaryPostgres(kind: .external(url: url), psql: psql, cleaner: cleaner, prefix: prefix)
    }

    // MARK: - Databases

    /// Creates an empty database, or a copy of `template`, in place of an older one of this name; returns its URL.
    /// Nobody may be connected to the template meanwhile.
    public func database(named name: String, template: String? = nil) async throws(PrivatePostgresError) -> String {
        try await dropDatabase(name)
        try await createDatabase(name, template: template)
        return url(database: name)
    }

    /// Creates a database that does not exist yet, empty or as a copy of `template`.
    public func createDatabase(_ name: String, template: String? = nil) async throws(PrivatePostgresError) {
        let source = template.map { PSQL.identifier(prefix + $0) } ?? "template1"
        try await execute("CREATE DATABASE \(PSQL.identifier(prefix + name)) TEMPLATE \(source)")
    }

    /// Drops a database, ending the sessions in it; does nothing when there is none.
    public func dropDatabase(_ name: String) async throws(PrivatePostgresError) {
        try await execute("DROP DATABASE IF EXISTS \(PSQL.identifier(prefix + name)) WITH (FORCE)")
    }

    /// Runs statements, each in a transaction of its own; returns their rows, one per line, columns separated by `|`.
    /// - Parameter database: where; nil means the server's own `postgres`.
    @discardableResult
    public func execute(_ statements: String..., database: String? = nil) async throws(PrivatePostgresError) -> String {
        let address =
            switch kind {
            case .own(let server): server.url(database: database ?? "postgres")
            case .external(let url): database.map { self.url(database: $0) } ?? url
            }
        return try await psql.run(statements, url: address)
    }

    /// The address of a database, through the Unix socket.
    public func url(database: String) -> String {
        switch kind {
        case .own(let server): return server.url(database: database)
        case .external(let url):
            var parts = URLComponents(string: url)
            parts?.path = "/" + prefix + database
            return parts?.string ?? url
        }
    }

    /// The address of a database through TCP, with a password; nil unless the server was started with a `tcpPort`.
    public func tcpURL(database: String) -> String? {
        switch kind {
        case .own(let server): server.tcpURL(database: database)
        case .external: nil
        }
    }

    // MARK: - Faults

    /// Starts the server again after ``stop(mode:)`` or ``kill(_:)``, with the same data and addresses.
    public func start() async throws(PrivatePostgresError) {
        _ = try await own.start()
    }

    /// Stops the server and waits until it is gone; its data stays.
    public func stop(mode: PrivatePostgres.StopMode = .fast) async throws(PrivatePostgresError) {
        try await own.stop(mode: mode)
    }

    /// Stops and starts the server.
    public func restart(mode: PrivatePostgres.StopMode = .fast) async throws(PrivatePostgresError) {
        try await stop(mode: mode)
        try await start()
    }

    /// Sends a signal to the server's main process: `SIGKILL` is a crash (its end is awaited), `SIGSTOP` a hang.
    /// A hung server accepts connections into its queue and answers none until `SIGCONT`; sessions go on.
    public func kill(_ signal: Int32 = SIGKILL) async throws(PrivatePostgresError) {
        guard let running = try own.home.server else { return }
        running.send(signal)
        if signal == SIGKILL { _ = await wait(upTo: 5, until: { !running.isRunning }) }
    }

    /// Ends the server and removes all its files now, instead of with the process.
    public func remove() async {
        await cleaner.clean()
    }

    var own: Server {
        get throws(PrivatePostgresError) {
            guard case .own(let server) = kind else {
                throw .statementFailed(reason: "only a server of our own can be started and stopped")
            }
            return server
        }
    }
}
