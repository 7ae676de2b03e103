import Glibc
import Synchronization

/// Removes what a test process leaves, also when it is killed: a shell that reads from a pipe, of which we hold the
/// other end. When we end, for whatever reason, the kernel closes it, and the shell goes to work.
final class Cleaner: Sendable {
    private let shell: ChildProcess
    private let pipeEnd: Mutex<Int32?>

    private init(script: String, arguments: [String], environment: [String: String] = [:]) throws(PrivatePostgresError)
    {
        var ends: [Int32] = [0, 0]
        guard pipe(&ends) == 0, fcntl(ends[1], F_SETFD, FD_CLOEXEC) == 0 else {
            throw .commandFailed(command: "/bin/sh", reason: String(cString: strerror(errno)))
        }
        let null = open("/dev/null", O_WRONLY | O_CLOEXEC)
        defer {
            close(ends[0])
            close(null)
        }
        pipeEnd = Mutex(ends[1])
        shell = try ChildProcess(
            ["/bin/sh", "-c", "cat >/dev/null\n" + script, "cleaner"] + arguments,
            environment: Account.environment.merging(environment) { _, given in given },
            input: ends[0],
            output: null,
            errors: null
        )
    }

    /// Cleans now, and returns when it is done.
    func clean() async {
        let end = pipeEnd.withLock { $0.take() }
        if let end { close(end) }
        _ = await shell.exitStatus
    }

    /// Ends a server, then removes `folder`.
    /// - Parameters:
    ///   - pidFile: holds the server's process number in its first line.
    ///   - mark: an argument that only this server was started with: by now the number may be another process'.
    static func forServer(in folder: String, pidFile: String, mark: String) throws(PrivatePostgresError) -> Cleaner {
        // SIGQUIT ends Postgres and PgBouncer at once; SIGCONT in case a test has stopped the server.
        let script = #"""
            pid=$(head -n 1 "$2")
            mark=$3
            ours() { tr '\0' '\n' <"/proc/$pid/cmdline" | grep -qxF -- "$mark"; }
            if [ -n "$pid" ] && ours; then
                kill -QUIT "$pid"
                kill -CONT "$pid"
                for _ in $(seq 500); do ours || break; sleep 0.02; done
                ours && kill -KILL "$pid"
            fi
            rm -rf -- "$1"
            """#
        return try Cleaner(script: script, arguments: [folder, pidFile, mark])
    }

    /// Drops the databases whose names start with `prefix`.
    static func forDatabases(prefix: String, url: String, psql: PSQL) throws(PrivatePostgresError) -> Cleaner {
        let script = #"""
            "$PSQL" -XAt -d "$URL" -c "
                SELECT format('DROP DATABASE %I WITH (FORCE);', datname) FROM pg_database
                WHERE starts_with(datname, '$1')" | "$PSQL" -X -d "$URL"
            """#
        return try Cleaner(script: script, arguments: [prefix], environment: ["PSQL": psql.program, "URL": url])
    }
}
