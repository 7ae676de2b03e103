import KeyValue
import Logging
import Synchronization
import Testing

/// The ways to the shared Redis server. What one can do, all must do.
enum Backend: String, CaseIterable, Sendable, CustomTestStringConvertible {
    case resp, respTLS, rest, restTLS

    var testDescription: String { rawValue }

    func configuration() throws -> KeyValueConfiguration {
        var configuration =
            switch self {
            case .resp: try KeyValueConfiguration(url: RedisServer.shared.url)
            case .respTLS: try KeyValueConfiguration(url: RedisServer.shared.tlsURL)
            case .rest: try KeyValueConfiguration(url: Gateway.shared.get().url, token: Gateway.token)
            case .restTLS: try KeyValueConfiguration(url: Gateway.sharedTLS.get().url, token: Gateway.token)
            }
        configuration.trustedCertificates = try Certificate.server.path
        return configuration
    }
}

/// Lends `body` a client, and a prefix for its keys that no other test has.
@discardableResult
nonisolated(nonsending) func withClient<R>(
    _ backend: Backend,
    budget: KeyValueBudget = KeyValueBudget(),
    _ body: (_ client: KeyValueClient, _ prefix: String) async throws -> R
) async throws -> R {
    try await withClient(backend.configuration(), budget: budget) {
        try await body($0, "\(UInt64.random(in: 0...UInt64.max)):")
    }
}

/// Lends `body` a client. Machines that run tests are slow at times: it waits for 30 seconds, unless it says otherwise.
@discardableResult
nonisolated(nonsending) func withClient<R>(
    _ configuration: KeyValueConfiguration,
    budget: KeyValueBudget = KeyValueBudget(),
    _ body: (KeyValueClient) async throws -> R
) async throws -> R {
    var configuration = configuration
    configuration.timeout = max(configuration.timeout, .seconds(30))
    configuration.backoffMinimum = .milliseconds(5)
    var logger = Logger(label: "test")
    logger.logLevel = .critical
    let client = try KeyValueClient(configuration: configuration, budget: budget, logger: logger)
    let result: R
    do {
        result = try await body(client)
    } catch {
        await client.shutDown()
        throw error
    }
    await client.shutDown()
    return result
}

/// Waits until something is so, for 20 seconds at most.
nonisolated(nonsending) func eventually(
    _ what: Comment,
    sourceLocation: SourceLocation = #_sourceLocation,
    _ condition: () async throws -> Bool
) async throws {
    let end = ContinuousClock.now + .seconds(20)
    while ContinuousClock.now < end {
        if try await condition() { return }
        try await Task.sleep(for: .milliseconds(10))
    }
    Issue.record(what, sourceLocation: sourceLocation)
}

/// The kind of error that `body` throws.
nonisolated(nonsending) func kind<R>(of body: () async throws -> R) async -> KeyValueError.Kind? {
    do {
        _ = try await body()
        return nil
    } catch {
        return (error as? KeyValueError)?.kind
    }
}

extension Result where Success == KeyValueReply, Failure == KeyValueError {
    /// The kind of failure.
    var kind: KeyValueError.Kind? {
        if case .failure(let error) = self { error.kind } else { nil }
    }
}

/// Numbers by chance that are the same in every run.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    /// SplitMix64.
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
