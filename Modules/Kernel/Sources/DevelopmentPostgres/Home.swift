import Foundation
import Glibc

/// Where a server keeps its things: data, log, locks and password in one folder, its sockets there or in a short one.
struct Home: Sendable {
    let folder: String
    let sockets: String

    var data: String { folder + "/data" }
    var log: String { folder + "/server.log" }
    var password: String { folder + "/password" }
    var certificate: String { folder + "/server.crt" }
    var key: String { folder + "/server.key" }
    /// Held while a server is started or stopped.
    var changeLock: String { folder + "/change.lock" }
    /// Shared by every process that uses the server.
    var usersLock: String { folder + "/users.lock" }

    /// The home for a wished folder. When the server's user cannot enter it (a clone in root's home folder), the home is
    /// a system folder, and the file `location` in the wished folder says which.
    static func find(for wished: String, account: Account) async throws(PrivatePostgresError) -> Home {
        try makeFolder(wished)
        let pointer = wished + "/location"
        if let text = try? String(contentsOfFile: pointer, encoding: .utf8) {
            let folder = text.trimmingCharacters(in: .newlines)
            try makeFolder(folder)
            return Home(folder: folder, account: account)
        }
        if try await account.canEnter(wished) { return Home(folder: wished, account: account) }
        let system = "/var/lib/vibe"
        let folder = system + "/" + hash(of: wished)
        try makeFolder(system)
        try makeFolder(folder)
        try write(folder + "\n", to: pointer, mode: 0o644)
        return Home(folder: folder, account: account)
    }

    /// A home in a folder that exists and that the server's user can enter.
    init(folder: String, account: Account) {
        self.folder = folder
        let inside = folder + "/sockets"
        // `sun_path` of unix(7) holds 108 bytes with the final zero.
        let fits = (inside + "/.s.PGSQL.65535").utf8.count <= 107
        sockets = fits ? inside : "/tmp/vibe-\(account.uid)-\(Self.hash(of: folder))"
    }

    /// The running server, if there is one.
    var server: PostmasterFile? { PostmasterFile(data: data) }

    /// The major version that wrote the data; nil when there is none yet.
    var dataVersion: Int? {
        (try? String(contentsOfFile: data + "/PG_VERSION", encoding: .utf8)).flatMap {
            Int($0.trimmingCharacters(in: .whitespacesAndNewlines))
        }
    }

    /// Makes a folder that only `owner` can enter, or accepts one that is so already. In `/tmp` anyone may have made
    /// it before us: one of another owner, or one that others can enter, is refused.
    static func makePrivateFolder(_ path: String, owner: Account) throws(PrivatePostgresError) {
        guard mkdir(path, 0o700) == 0 || errno == EEXIST else { throw failure(path) }
        let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
        guard descriptor >= 0 else { throw .untrustedFolder(path: path) }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw failure(path) }
        guard [owner.uid, geteuid()].contains(status.st_uid), status.st_mode & 0o077 == 0 else {
            throw .untrustedFolder(path: path)
        }
        guard fchown(descriptor, owner.uid, owner.gid) == 0 else { throw failure(path) }
    }

    /// Writes a small file that only `owner` (ourselves when nil) may change.
    static func write(_ text: String, to path: String, mode: mode_t, owner: Account? = nil)
        throws(PrivatePostgresError)
    {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, mode)
        guard descriptor >= 0 else { throw failure(path) }
        defer { close(descriptor) }
        if let owner, fchown(descriptor, owner.uid, owner.gid) != 0 { throw failure(path) }
        do {
            try FileHandle(fileDescriptor: descriptor, closeOnDealloc: false).write(contentsOf: Data(text.utf8))
        } catch {
            throw failure(path)
        }
    }

    private static func makeFolder(_ path: String) throws(PrivatePostgresError) {
        if (try? FileManager.default.attributesOfItem(atPath: path)) != nil { return }
        do {
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        } catch {
            throw .noPermission(path: path, reason: "the folder cannot be made")
        }
        // Whatever our umask is: the server's user has to pass through.
        guard chmod(path, 0o755) == 0 else { throw failure(path) }
    }

    private static func failure(_ path: String) -> PrivatePostgresError {
        .noPermission(path: path, reason: String(cString: strerror(errno)))
    }

    /// A short name for a path: FNV-1a, 64 bits, which unlike `Hasher` gives the same in every process.
    static func hash(of path: String) -> String {
        let value = path.utf8.reduce(0xcbf2_9ce4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
        return String(value, radix: 16)
    }
}
