import DevelopmentPostgres
public import Kernel
public import Postgres
import ServiceLifecycle
import Synchronization

/// A database of one suite or test, with the schema of its modules, and a client that runs.
public struct TestDatabase: Sendable {
    public let url: String
    public let client: PostgresClient
}

/// Clones a database, runs `body` with it and drops it.
///
/// The clone is made from a template that is migrated once per process and set of migrations, so it costs milliseconds.
/// - Parameter modules: whose migrations the database has, besides the kernel's; `nil` for an empty database.
@discardableResult
public nonisolated(nonsending) func withTestDatabase<Result>(
    modules: [any FeatureModule]?,
    _ body: (TestDatabase) async throws -> Result
) async throws -> Result {
    let server = try await TemporaryPostgres.shared
    let name = DatabaseNames.next()
    var template: String?
    if let modules { template = try await TemplateDatabases.shared.name(for: modules) }
    try await server.createDatabase(name, template: template)
    let outcome: Swift.Result<Result, any Error>
    do {
        outcome = .success(
            try await withPostgresClient(url: server.url(database: name)) { client in
                try await body(TestDatabase(url: server.url(database: name), client: client))
            }
        )
    } catch {
        outcome = .failure(error)
    }
    try await server.dropDatabase(name)
    return try outcome.get()
}

/// Runs a client of a database for as long as `body` takes.
@discardableResult
nonisolated(nonsending) func withPostgresClient<Result>(
    url: String,
    _ body: (PostgresClient) async throws -> Result
) async throws -> Result {
    var configuration = try PostgresConfiguration(url: url)
    // Suites run side by side on few cores: a wait there says nothing of the service.
    configuration.queueTimeout = .seconds(10)
    configuration.readConnections = 1
    configuration.writeConnections = 2
    let client = PostgresClient(configuration: configuration, logger: TestLog.logger("test"))
    let group = ServiceGroup(configuration: .init(services: [.init(service: client)], logger: TestLog.lifecycle))
    return try await withThrowingTaskGroup(of: Void.self) { tasks in
        tasks.addTask { try await group.run() }
        let outcome: Swift.Result<Result, any Error>
        do {
            outcome = .success(try await body(client))
        } catch {
            outcome = .failure(error)
        }
        await group.triggerGracefulShutdown()
        try await tasks.waitForAll()
        return try outcome.get()
    }
}

/// Names that are unique in this process, whose server is its own or whose names the server's helper makes unique.
enum DatabaseNames {
    private static let counter = Mutex(0)

    static func next() -> String {
        counter.withLock { counter in
            counter += 1
            return "test_\(counter)"
        }
    }
}
