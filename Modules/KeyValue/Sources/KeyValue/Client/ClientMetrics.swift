import Dispatch
import Metrics

/// What a client reports through swift-metrics.
struct ClientMetrics: Sendable {
    private let commands = Counter(label: "keyvalue_commands_total")
    private let failures = Counter(label: "keyvalue_failures_total")
    private let repetitions = Counter(label: "keyvalue_retries_total")
    private let time = Timer(label: "keyvalue_request_seconds", preferredDisplayUnit: .seconds)

    /// A request was sent once more.
    func repeated() {
        repetitions.increment()
    }

    /// Counts the request, and a failure if none of its commands was run; takes the time it needed with all attempts.
    func measure<R>(_ request: Request, _ body: () async throws -> R) async throws -> R {
        commands.increment(by: request.commands.count)
        let start = ContinuousClock.now
        defer { time.record(duration: ContinuousClock.now - start) }
        do {
            return try await body()
        } catch {
            failures.increment()
            throw error
        }
    }
}
