import Foundation
import Glibc
import KernelTesting
import KeyValue
import Logging

/// A Redis server of one test: on a free loopback port, without persistence, gone when the test process is.
final class TestRedis: Sendable {
    let port: Int
    var url: String { "redis://127.0.0.1:\(port)" }
    private let lifeline: Pipe

    private init(port: Int) throws {
        self.port = port
        // The shell ends the server when its input does: when this process goes, however it goes.
        let script = """
            redis-server --bind 127.0.0.1 --port \(port) --save '' --appendonly no --dir /tmp >/dev/null 2>&1 &
            cat >/dev/null
            kill -9 $! 2>/dev/null
            """
        let process = Process()
        process.executableURL = URL(filePath: "/bin/sh")
        process.arguments = ["-c", script]
        lifeline = Pipe()
        process.standardInput = lifeline
        try process.run()
    }

    /// Ends the server as a crash would.
    func kill() { try? lifeline.fileHandleForWriting.close() }

    /// Runs a server and a client of it for as long as `body` takes.
    static func with<R>(_ body: (TestRedis, KeyValueClient) async throws -> R) async throws -> R {
        let server = try TestRedis(port: try freePort())
        defer { server.kill() }
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        var configuration = try KeyValueConfiguration(url: server.url)
        configuration.retries = 1
        let client = try KeyValueClient(configuration: configuration, logger: logger)
        let result: Result<R, any Error>
        do {
            try await eventually("Redis answers") { try await client.send(KeyValueCommand("PING")).text == "PONG" }
            result = .success(try await body(server, client))
        } catch {
            result = .failure(error)
        }
        await client.shutDown()
        return try result.get()
    }

    private static func freePort() throws -> Int {
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
