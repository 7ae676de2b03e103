import Glibc

/// The user the server runs as: ourselves, or an unprivileged one when we are root, which Postgres refuses to run as.
struct Account: Sendable {
    var uid: uid_t
    var gid: gid_t
    /// Whether commands must change to this user first.
    var isOther: Bool

    static func forServer() throws(PrivatePostgresError) -> Account {
        guard geteuid() == 0 else { return Account(uid: geteuid(), gid: getegid(), isOther: false) }
        for name in ["postgres", "nobody"] {
            var entry = passwd()
            var found: UnsafeMutablePointer<passwd>?
            var buffer = [CChar](repeating: 0, count: 16_384)
            if getpwnam_r(name, &entry, &buffer, buffer.count, &found) == 0, found != nil, entry.pw_uid != 0 {
                return Account(uid: entry.pw_uid, gid: entry.pw_gid, isOther: true)
            }
        }
        throw .noUnprivilegedUser
    }

    /// `command` as this user.
    func running(_ command: [String]) -> [String] {
        guard isOther else { return command }
        return ["/usr/bin/setpriv", "--reuid=\(uid)", "--regid=\(gid)", "--clear-groups", "--no-new-privs", "--"]
            + command
    }

    /// Runs `command` as this user, to its end.
    func run(_ command: [String]) async throws(PrivatePostgresError) -> ChildProcess.Result {
        try await ChildProcess.run(running(command), environment: Self.environment)
    }

    /// Whether this user can enter `folder`. Asked of the system, which knows about access lists too.
    func canEnter(_ folder: String) async throws(PrivatePostgresError) -> Bool {
        guard isOther else { return true }
        return try await run(["/usr/bin/test", "-x", folder]).status == 0
    }

    /// All that the server's programs see: no `PG…` variable of ours may change what they do.
    static let environment = ["PATH": "/usr/bin:/bin", "HOME": "/", "LC_ALL": "C.UTF-8", "TZ": "UTC"]
}
