public import Kernel
import Logging
public import Postgres
import ServiceLifecycle
import ServiceSettings

/// The real service in this process, on a free port of 127.0.0.1, with a database of its own.
public struct TestService: Sendable {
    public let client: HTTPClient
    /// A look behind the API, for arranging and for checking what was stored.
    public let database: PostgresClient
    public let databaseURL: String
    public var port: Int { client.port }

    /// A token of a person of ``StandInIdentity``.
    public func token(of handle: String) -> String { StandInIdentity.token(of: handle) }
}

/// Starts the service, waits until it is ready, runs `body` and stops the service gracefully.
///
///     try await withTestService(modules: [StandInIdentity(people: ["ada"]), PollsModule()]) { service in
///         let answer = try await service.client.post("/api/polls", token: service.token(of: "ada"), json: [...])
///         #expect(answer.status == 201)
///     }
///
/// - Parameters:
///   - modules: all of them, `StandInIdentity` too where a module needs people.
///   - settings: values by key, `["limits.reads_per_minute": "5"]`. As with `--set`.
///   - clock: a clock that stands still; by default the machine's.
///   - ids: where ids come from; by default random.
///   - database: one to share with another service or to look at afterwards; by default a new one, dropped at the end.
/// - Throws: what stopped the start or the stop, or what `body` throws.
@discardableResult
public nonisolated(nonsending) func withTestService<Result>(
    modules: [any FeatureModule],
    settings: [String: String] = [:],
    clock: ManualClock? = nil,
    ids: IdentifierSource = .system,
    database: TestDatabase? = nil,
    _ body: (TestService) async throws -> Result
) async throws -> Result {
    guard let database else {
        return try await withTestDatabase(modules: modules) { database in
            try await withTestService(
                modules: modules,
                settings: settings,
                clock: clock,
                ids: ids,
                database: database,
                body
            )
        }
    }
    let (ports, ready) = AsyncStream.makeStream(of: Int.self)
    let service = try VibeService(
        modules: modules,
        settings: try TestSettings.load(modules: modules, databaseURL: database.url, overrides: settings),
        logger: TestLog.logger("service"),
        options: VibeService.Options(
            clock: clock?.wallClock ?? .system,
            ids: ids,
            onReady: { port in ready.yield(port) }
        )
    )
    let group = ServiceGroup(configuration: .init(services: [.init(service: service)], logger: TestLog.lifecycle))
    return try await withThrowingTaskGroup(of: Void.self) { tasks in
        tasks.addTask {
            // Ends the wait below also when the start fails.
            defer { ready.finish() }
            try await group.run()
        }
        guard let port = await ports.first(where: { _ in true }) else {
            try await tasks.waitForAll()
            throw StartFailure("the service ended before it was ready")
        }
        let outcome: Swift.Result<Result, any Error>
        do {
            let client = HTTPClient(port: port)
            outcome = .success(
                try await body(TestService(client: client, database: database.client, databaseURL: database.url))
            )
        } catch {
            outcome = .failure(error)
        }
        await group.triggerGracefulShutdown()
        try await tasks.waitForAll()
        return try outcome.get()
    }
}
