import Foundation
import Glibc
import Synchronization

/// A Redis server of the tests' own: in a temporary folder, on loopback ports with and without TLS, with a password. It
/// is stopped and removed when the test process ends, however it ends.
final class RedisServer: Sendable {
    /// The server that all tests share, unless they disturb it.
    static let shared: RedisServer = {
        do {
            return try RedisServer()
        } catch {
            fatalError("cannot start Redis: \(error)")
        }
    }()

    static let password = "p@ss:wörd/#1"

    let port: Int
    private let tlsPort: Int
    private let folder: String
    private let processes = Mutex<[ChildProcess]>([])

    init() throws {
        port = try Self.freePort()
        tlsPort = try Self.freePort()
        var template = Array("/tmp/redistest-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw POSIXError(.EIO) }
        folder = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        try start()
    }

    /// The address without TLS.
    var url: String { "redis://:\(Self.encodedPassword)@127.0.0.1:\(port)" }

    /// The address with TLS.
    var tlsURL: String { "rediss://default:\(Self.encodedPassword)@localhost:\(tlsPort)/0" }

    static var encodedPassword: String {
        password.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? ""
    }

    func start() throws {
        // The shell outlives the server, and ends it when there are no tests any more.
        let script = """
            folder=$1; shift
            "$@" >/dev/null 2>&1 &
            cat >/dev/null
            kill -9 $! 2>/dev/null
            rm -rf "$folder"
            """
        let certificate = try Certificate.server
        let process = try ChildProcess(
            ["sh", "-c", script, "sh", folder, "redis-server", "--bind", "127.0.0.1", "--port", "\(port)"]
                + [
                    "--tls-port", "\(tlsPort)", "--tls-cert-file", certificate.path, "--tls-key-file",
                    certificate.keyPath,
                ]
                + ["--tls-ca-cert-file", certificate.path, "--tls-auth-clients", "no"]
                + ["--requirepass", Self.password, "--dir", folder, "--pidfile", folder + "/pid", "--save", ""]
                + ["--appendonly", "yes", "--appendfsync", "always", "--busy-reply-threshold", "50"]
        )
        processes.withLock { $0.append(process) }
        // It writes the file once it listens.
        let end = ContinuousClock.now + .seconds(20)
        while !FileManager.default.fileExists(atPath: folder + "/pid") {
            guard ContinuousClock.now < end else { throw POSIXError(.ETIMEDOUT) }
            usleep(10_000)
        }
    }

    /// Ends the server as a crash would.
    func kill() throws {
        let text = try String(contentsOfFile: folder + "/pid", encoding: .utf8)
        guard let pid = pid_t(text.trimmingCharacters(in: .whitespacesAndNewlines)) else { throw POSIXError(.ESRCH) }
        // The file says that a server is up, also to those who wait for the next one.
        try FileManager.default.removeItem(atPath: folder + "/pid")
        Glibc.kill(pid, SIGKILL)
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
        guard result == 0 else { throw POSIXError(.EADDRINUSE) }
        return Int(UInt16(bigEndian: address.sin_port))
    }
}
