import Foundation
import Glibc
import JSONText
import Synchronization

/// The service as a process of its own, for tests that kill it: `vibe serve` as built beside the tests.
///
///     try await withProcessService(databaseURL: database.url) { service in
///         await service.kill()
///         try await service.restart()
///     }
public final class ProcessService: Sendable {
    private struct Running {
        let process: VibeProcess
        let port: Int
    }

    private let environment: [String: String]
    private let running: Mutex<Running>

    /// - Parameter environment: all of it.
    /// - Throws: ``DidNotStart`` with what it wrote, when it is not ready within ten seconds.
    init(environment: [String: String]) async throws {
        self.environment = environment
        running = Mutex(try await ProcessService.start(environment))
    }

    /// The port it took, until it is started again.
    public var port: Int { running.withLock { $0.port } }
    public var pid: Int32 { running.withLock { $0.process.pid } }
    /// What it has written to standard error since its last start: its log.
    public var log: String { running.withLock { $0.process }.errors.text }

    /// A client for the port it has now.
    public func client() -> HTTPClient { HTTPClient(port: port) }

    /// Ends it without a warning, as `kill -9` does, and waits until it is gone.
    public func kill() async {
        let process = running.withLock { $0.process }
        process.send(SIGKILL)
        _ = await process.exitStatus
    }

    /// Asks it to stop.
    ///
    /// - Returns: its exit status; 0 after a graceful stop.
    public func terminate() async -> Int32 {
        let process = running.withLock { $0.process }
        process.send(SIGTERM)
        return await process.exitStatus
    }

    /// Starts it again after its end, on the same port, as its clients expect.
    public func restart() async throws {
        let port = running.withLock { $0.port }
        let restarted = try await ProcessService.start(
            environment.merging(["VIBE_SERVER_PORT": "\(port)"]) { _, port in port }
        )
        running.withLock { $0 = restarted }
    }

    private static func start(_ environment: [String: String]) async throws -> Running {
        let process = try VibeProcess(["serve"], environment: environment, folder: nil)
        do {
            var port: Int?
            try await eventually("vibe is ready") {
                port = readyPort(in: process.errors.text)
                return port != nil || !isRunning(process)
            }
            if let port { return Running(process: process, port: port) }
        } catch {
            process.send(SIGKILL)
            _ = await process.exitStatus
        }
        throw DidNotStart(log: process.errors.text)
    }

    private static func isRunning(_ process: VibeProcess) -> Bool {
        Glibc.kill(process.pid, 0) == 0
    }

    /// The port in the log line that says `ready`.
    private static func readyPort(in log: String) -> Int? {
        for line in log.split(separator: "\n") {
            guard let entry = try? JSONDocument(line.utf8).root, entry["message"]?.string == "ready" else { continue }
            return entry["port"]?.string.flatMap { Int($0) } ?? entry["port"]?.int64.map { Int($0) }
        }
        return nil
    }

    /// The process ended, or hung, before it was ready.
    public struct DidNotStart: Error, CustomStringConvertible {
        public let log: String
        public var description: String { "vibe did not start; its log:\n\(log)" }
    }
}

/// Starts `vibe serve` on a free port, waits until it is ready, runs `body` and stops it.
///
/// - Parameters:
///   - databaseURL: of a database that several processes may share.
///   - environment: further variables, such as `VIBE_MODULES_GAMES_ENABLED`.
@discardableResult
public nonisolated(nonsending) func withProcessService<Result>(
    databaseURL: String,
    environment: [String: String] = [:],
    _ body: (ProcessService) async throws -> Result
) async throws -> Result {
    let defaults = [
        "VIBE_ENV": "test", "DATABASE_URL": databaseURL, "VIBE_SERVER_PORT": "0",
        "VIBE_AUTH_SECRET": TestSettings.secret, "VIBE_LOG_FORMAT": "json",
    ]
    let service = try await ProcessService(environment: defaults.merging(environment) { _, given in given })
    let outcome: Swift.Result<Result, any Error>
    do {
        outcome = .success(try await body(service))
    } catch {
        outcome = .failure(error)
    }
    // The test may have ended it, and its data goes with the database.
    await service.kill()
    return try outcome.get()
}
