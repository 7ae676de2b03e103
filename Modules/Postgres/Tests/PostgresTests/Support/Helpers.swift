import Logging
import Synchronization
import Testing

@testable import Postgres

/// Lends `body` a client that runs meanwhile.
func withClient<R: Sendable>(
    _ server: TestServer = .shared,
    url: String? = nil,
    directURL: String? = nil,
    _ configure: (inout PostgresConfiguration) -> Void = { _ in },
    _ body: @Sendable (PostgresClient) async throws -> R
) async throws -> R {
    var configuration = try PostgresConfiguration(url: url ?? server.url, directURL: directURL)
    // Machines that run tests are slow at times.
    configuration.queueTimeout = .seconds(10)
    configure(&configuration)
    var logger = Logger(label: "test")
    logger.logLevel = .critical
    let client = PostgresClient(configuration: configuration, logger: logger)
    return try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { try await client.run() }
        defer { group.cancelAll() }
        return try await body(client)
    }
}

/// Waits until something is so, for ten seconds at most.
func eventually(
    within limit: Duration = .seconds(10),
    sourceLocation: SourceLocation = #_sourceLocation,
    _ condition: () async throws -> Bool
) async throws {
    let end = ContinuousClock.now + limit
    while ContinuousClock.now < end {
        if try await condition() { return }
        try await Task.sleep(for: .milliseconds(5))
    }
    Issue.record("it did not happen within \(limit)", sourceLocation: sourceLocation)
}

/// The kind of error that `body` throws.
func kind<R>(of body: () async throws -> R) async -> PostgresError.Kind? {
    do {
        _ = try await body()
        return nil
    } catch {
        return (error as? PostgresError)?.kind
    }
}

/// Counts from many tasks.
final class Counter: Sendable {
    private let count = Mutex(0)
    func add(_ number: Int = 1) { count.withLock { $0 += number } }
    var value: Int { count.withLock { $0 } }
}
