import Foundation
import Glibc
import Synchronization

/// One server of an installation, in a home, run by an account: initialise, start, stop, ask.
struct Server: Sendable {
    /// The superuser that `initdb` makes, and every URL names.
    static let user = "vibe"

    let installation: Installation
    let account: Account
    let home: Home
    let options: PrivatePostgres.Options
    /// Of the TCP port and the socket's name.
    let port: Int

    init(installation: Installation, account: Account, home: Home, options: PrivatePostgres.Options)
        throws(PrivatePostgresError)
    {
        self.installation = installation
        self.account = account
        self.home = home
        self.options = options
        port =
            switch options.tcpPort {
            case nil: 5432
            case 0: try LoopbackPort.free()
            case let port?: port
            }
    }

    // MARK: - Starting

    /// Makes sure that the server runs and accepts connections; returns whether it had to be started.
    func start() async throws(PrivatePostgresError) -> Bool {
        try await initialise()
        let deadline = ContinuousClock.now + .seconds(60)
        while ContinuousClock.now < deadline {
            if let server = home.server {
                if server.status == .ready { return false }
                await pause()
            } else if try await launch(until: deadline) {
                return true
            }
        }
        throw .startFailed(reason: "not ready after 60 s", log: home.log)
    }

    /// Makes the data when there is none. Under another name at first, so that an interrupted `initdb` leaves nothing
    /// that looks like data.
    private func initialise() async throws(PrivatePostgresError) {
        guard home.dataVersion == nil else { return }
        let unfinished = home.data + ".new"
        try? FileManager.default.removeItem(atPath: unfinished)
        try Home.makePrivateFolder(unfinished, owner: account)
        try Home.write(Self.newPassword(), to: home.password, mode: 0o600, owner: account)
        var command = [
            installation.program("initdb"), "--pgdata=\(unfinished)", "--username=\(Self.user)",
            "--pwfile=\(home.password)", "--auth-local=trust", "--auth-host=scram-sha-256",
            "--encoding=UTF8", "--locale=C.UTF-8", "--no-instructions",
        ]
        if !options.durable { command.append("--no-sync") }
        let result = try await account.run(command)
        guard result.status == 0 else { throw .initializationFailed(reason: result.lastLine) }
        guard rename(unfinished, home.data) == 0 else {
            throw .noPermission(path: home.data, reason: String(cString: strerror(errno)))
        }
    }

    /// Starts the server and waits until it accepts connections; false when it should be tried again.
    private func launch(until deadline: ContinuousClock.Instant) async throws(PrivatePostgresError) -> Bool {
        try Home.makePrivateFolder(home.sockets, owner: account)
        if let tls = options.tls {
            try Home.write(tls.certificate, to: home.certificate, mode: 0o600, owner: account)
            try Home.write(tls.key, to: home.key, mode: 0o600, owner: account)
        }
        let log = try ServerLog(path: home.log)
        let settings = options.serverSettings(home: home, port: port).sorted { $0.key < $1.key }
        let child = try ChildProcess(
            account.running(
                [installation.program("postgres"), "-D", home.data]
                    + settings.flatMap { ["-c", "\($0.key)=\($0.value)"] }
            ),
            environment: Account.environment,
            output: log.descriptor,
            errors: log.descriptor
        )
        while ContinuousClock.now < deadline {
            if let server = home.server, server.pid == child.pid, server.status == .ready { return true }
            if child.hasExited {
                let said = log.newText
                if said.contains("could not create any TCP/IP sockets") { throw .portTaken(port) }
                // The sessions of a server that was killed hold its memory until they notice.
                if said.contains("is still in use") {
                    await pause(.milliseconds(20))
                    return false
                }
                throw .startFailed(reason: ServerLog.reason(in: said), log: home.log)
            }
            await pause()
        }
        return false
    }

    private static func newPassword() -> String {
        var random = SystemRandomNumberGenerator()
        return (0..<2).map { _ in String(random.next(), radix: 36) }.joined()
    }

    // MARK: - Stopping

    /// Ends the server and waits until it is gone; does nothing when none runs.
    func stop(mode: PrivatePostgres.StopMode) async {
        // Empty by now, unless something is wrong, and then it stays.
        defer { rmdir(home.sockets) }
        guard let server = home.server else { return }
        if mode == .fast {
            server.send(SIGINT)
            if await wait(upTo: 15, until: { !server.isRunning }) { return }
        }
        server.send(SIGQUIT)
        if await wait(upTo: 10, until: { !server.isRunning }) { return }
        server.send(SIGKILL)
        _ = await wait(upTo: 5, until: { !server.isRunning })
    }

    // MARK: - Asking

    /// The address of a database through the Unix socket.
    func url(database: String) -> String {
        Self.url(database: database, sockets: home.sockets, port: home.server?.port ?? port)
    }

    static func url(database: String, sockets: String, port: Int) -> String {
        "postgresql://\(user)@/\(encoded(database))?host=\(encoded(sockets))&port=\(port)"
    }

    /// The address of a database through TCP, with the password.
    func tcpURL(database: String) -> String? {
        guard options.tcpPort != nil, let password = try? String(contentsOfFile: home.password, encoding: .utf8) else {
            return nil
        }
        return "postgresql://\(Self.user):\(password)@127.0.0.1:\(port)/\(Self.encoded(database))"
    }

    /// Creates the database unless it is there.
    func ensureDatabase(_ name: String) async throws(PrivatePostgresError) {
        let psql = PSQL(program: installation.program("psql"))
        // The usual case takes one session only.
        if (try? await psql.run(["SELECT 1"], url: url(database: name))) != nil { return }
        let rows = try await psql.run(
            ["SELECT 1 FROM pg_database WHERE datname = \(PSQL.literal(name))"],
            url: url(database: "postgres")
        )
        if rows.isEmpty {
            _ = try await psql.run(["CREATE DATABASE \(PSQL.identifier(name))"], url: url(database: "postgres"))
        }
    }

    private static func encoded(_ text: String) -> String {
        text.addingPercentEncoding(withAllowedCharacters: .alphanumerics.union(CharacterSet(charactersIn: "-._~/")))
            ?? text
    }
}
