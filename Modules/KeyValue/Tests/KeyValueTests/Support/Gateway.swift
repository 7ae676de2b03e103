import Foundation

/// Upstash's REST interface in front of a Redis server: `Gateway/upstash_gateway.py`.
final class Gateway: Sendable {
    /// Those that all tests share, unless they disturb them.
    static let shared = Result { try Gateway() }
    static let sharedTLS = Result { try Gateway(usesTLS: true) }

    static let token = "AX-token=="
    static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "Gateway").path

    let url: String
    private let process: ChildProcess

    /// - Parameter faults: what goes wrong with the first requests, as JSON; the script says which there are.
    init(_ server: RedisServer = .shared, usesTLS: Bool = false, faults: String = "[]") throws {
        var command = ["python3", Self.folder + "/upstash_gateway.py", "--token", Self.token, "--faults", faults]
        command += ["--redis", "\(server.port)", "--password", RedisServer.password]
        if usesTLS {
            let certificate = try Certificate.server
            command += ["--certificate", certificate.path, "--key", certificate.keyPath]
        }
        process = try ChildProcess(command)
        url = "\(usesTLS ? "https" : "http")://localhost:\(try process.firstLine())"
    }

    /// Ends it at once.
    func stop() {
        process.stop()
    }
}
