import Foundation
import Glibc
import Synchronization

/// A Postgres server of the tests' own: in a temporary folder, on a Unix socket and a loopback port. It is stopped and
/// removed when the test process ends, however it ends.
final class TestServer: Sendable {
    /// The server that all tests share, unless they disturb it.
    static let shared: TestServer = {
        do {
            return try TestServer()
        } catch {
            fatalError("cannot start Postgres: \(error)")
        }
    }()

    let folder: String
    let port: Int
    private let watcher: Watcher

    /// - Parameter settings: lines for `postgresql.conf`.
    init(settings: [String] = []) throws {
        port = try Self.freePort()
        folder = try Self.makeFolder()
        watcher = try Watcher(folder: folder)
        try Self.run([
            "initdb", "-D", data, "-A", "trust", "-U", "postgres", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync",
        ])
        let lines =
            [
                "listen_addresses = '127.0.0.1'", "port = \(port)", "unix_socket_directories = '\(folder)'",
                "max_connections = 300", "fsync = off", "log_min_messages = fatal", "timezone = 'UTC'",
            ] + settings
        let file = try FileHandle(forWritingTo: URL(fileURLWithPath: data + "/postgresql.conf"))
        try file.seekToEnd()
        try file.write(contentsOf: Data((lines.joined(separator: "\n") + "\n").utf8))
        try file.close()
        try start()
    }

    var data: String { folder + "/data" }

    /// The address over the Unix socket.
    var url: String { "postgres://postgres@/postgres?host=\(folder)&port=\(port)" }

    /// The address over TCP.
    func tcpURL(_ parameters: String = "sslmode=disable") -> String {
        "postgres://postgres@127.0.0.1:\(port)/postgres?\(parameters)"
    }

    func start() throws {
        try Self.run(["pg_ctl", "-D", data, "-w", "-s", "-l", folder + "/log", "start"])
    }

    /// Stops at once, as a crash would.
    func stop() throws {
        try Self.run(["pg_ctl", "-D", data, "-w", "-s", "-m", "immediate", "stop"])
    }

    // MARK: Processes

    static let binaries: String = {
        let base = "/usr/lib/postgresql"
        let versions = (try? FileManager.default.contentsOfDirectory(atPath: base)) ?? []
        return base + "/" + (versions.max { (Int($0) ?? 0) < (Int($1) ?? 0) } ?? "15") + "/bin"
    }()

    /// Postgres refuses to run as root.
    static var asUnprivileged: [String] {
        getuid() == 0 ? ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"] : []
    }

    /// Runs one of Postgres' programs, or one that is found on the path, to its end.
    static func run(_ command: [String]) throws {
        let own = binaries + "/" + command[0]
        let program = FileManager.default.fileExists(atPath: own) ? own : command[0]
        let child = try spawn(asUnprivileged + [program] + command.dropFirst(), input: nil)
        var status: Int32 = 0
        while waitpid(child, &status, 0) < 0, errno == EINTR {}
        guard status == 0 else { throw Failure(text: "\(command[0]) ended with status \(status)") }
    }

    /// Starts a program without output. Not Foundation's `Process`, whose end is only noticed when no descendant is
    /// left, which a server that stays in the background is.
    static func spawn(_ command: [String], input: Int32?) throws -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        if let input {
            posix_spawn_file_actions_adddup2(&actions, input, 0)
        } else {
            posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        }
        posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0)
        // Threads of the concurrency runtime block signals, and children would too.
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var noSignals = sigset_t()
        sigemptyset(&noSignals)
        posix_spawnattr_setsigmask(&attributes, &noSignals)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
        var arguments = command.map { strdup($0) }
        arguments.append(nil)
        defer { for argument in arguments { free(argument) } }
        var child = pid_t()
        let result = exclusively {
            posix_spawnp(&child, command[0], &actions, &attributes, arguments, environ)
        }
        guard result == 0 else { throw Failure(text: "cannot start \(command[0]): error \(result)") }
        return child
    }

    /// Starts a program that ends by itself, and collects it when it does: an uncollected child keeps Swift Testing's
    /// exit tests from seeing the ends of their own.
    static func spawnDetached(_ command: [String], input: Int32?) throws {
        let child = try spawn(command, input: input)
        Thread.detachNewThread {
            var status: Int32 = 0
            while waitpid(child, &status, 0) < 0, errno == EINTR {}
        }
    }

    private static let lock = Mutex(())

    /// Keeps other threads from starting a program between the making of a descriptor and its marking as ours alone.
    static func exclusively<R: Sendable>(_ body: () -> R) -> R {
        lock.withLock { _ in body() }
    }

    struct Failure: Error {
        let text: String
    }

    static func makeFolder() throws -> String {
        var template = Array("/tmp/pgtest-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw Failure(text: "mkdtemp: error \(errno)") }
        let folder = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        if getuid() == 0, let user = getpwnam("postgres") {
            chown(folder, user.pointee.pw_uid, user.pointee.pw_gid)
        }
        chmod(folder, 0o755)
        return folder
    }

    static func freePort() throws -> Int {
        let socket = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(socket) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let result = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                bind(socket, pointer, length) == 0 ? getsockname(socket, pointer, &length) : -1
            }
        }
        guard result == 0 else { throw Failure(text: "no free port") }
        return Int(UInt16(bigEndian: address.sin_port))
    }
}

/// A process that waits for ours to end, and then stops the server and removes its folder.
private final class Watcher: Sendable {
    private let descriptor: Int32

    init(folder: String) throws {
        var ends: [Int32] = [0, 0]
        let isMade = TestServer.exclusively {
            guard pipe(&ends) == 0 else { return false }
            // No other child may hold the pipe open.
            for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
            return true
        }
        guard isMade else { throw TestServer.Failure(text: "cannot make a pipe") }
        descriptor = ends[1]
        let script = """
            cat >/dev/null
            for pid in $(cat "$1"/*.pid 2>/dev/null); do kill "$pid" 2>/dev/null; done
            "$2/pg_ctl" -D "$1/data" -w -s -m immediate stop
            rm -rf "$1"
            """
        // In a session of its own, so that an interrupt from the keyboard does not end it before its work is done.
        let command = ["setsid"] + TestServer.asUnprivileged + ["sh", "-c", script, "sh", folder, TestServer.binaries]
        try TestServer.spawnDetached(command, input: ends[0])
        close(ends[0])
    }

    deinit {
        close(descriptor)
    }
}
