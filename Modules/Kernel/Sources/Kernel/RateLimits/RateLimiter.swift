import Crypto
import Foundation
import Logging
import Postgres
import ServiceLifecycle
import ServiceSettings
import Synchronization

/// Limits how often callers may call: token buckets in memory, told to the other instances once a second.
///
/// Between two exchanges, and for callers below half of a limit, instances count each for itself; so with *n* instances
/// a caller who spreads calls evenly may get at most a second's worth more. What must be exact is ``ExactLimiter``'s.
final class RateLimiter: Service {
    private let counters = Mutex<[String: RateLimitCounter]>([:])
    private let services: KernelServices
    private let hash: KeyedHash
    private let usage: SharedUsage
    private let capacity: Int
    private let interval: Duration

    /// - Parameters:
    ///   - rules: those of the routes, so that a rule whose setting nobody declared stops the start.
    ///   - interval: between exchanges with the other instances.
    init(rules: [RateLimitRule] = [], services: KernelServices, interval: Duration = .seconds(1)) {
        self.services = services
        hash = KeyedHash(services.secret)
        self.interval = interval
        usage = SharedUsage(instance: UUID().uuidString, database: services.database)
        capacity = services.settings.int("limits.subjects")
        for rule in rules { _ = counter(for: rule) }
    }

    /// Counts a call of `subject` (a handle or an address).
    func take(_ rule: RateLimitRule, subject: String) -> RateLimitOutcome {
        counter(for: rule).take(hash(subject), now: services.clock.now.microseconds)
    }

    /// Rules of one name share their counts.
    private func counter(for rule: RateLimitRule) -> RateLimitCounter {
        counters.withLock { counters in
            if let counter = counters[rule.name] { return counter }
            let counter = RateLimitCounter(
                rule: rule,
                limit: services.settings.int(rule.setting),
                capacity: capacity
            )
            counters[rule.name] = counter
            return counter
        }
    }

    /// Exchanges figures until graceful shutdown.
    func run() async throws {
        let logger = services.logger(for: "limits")
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                do {
                    try await self.exchange()
                } catch {
                    // Each instance goes on with its own figures.
                    logger.debug("rate limits are not shared now", metadata: ["cause": "\(SafeCause.text(error))"])
                }
                try? await Task.sleep(for: self.interval)
            }
        }
    }

    /// Tells the other instances what was used here, and takes in what was used there.
    func exchange() async throws {
        let counters = counters.withLock { $0 }
        let now = services.clock.now.microseconds
        let news = counters.values.flatMap { counter in
            counter.collect(now: now).map { SharedUsage.Entry(counter.rule, $0.subject, used: $0.used, now: now) }
        }
        for entry in try await usage.exchange(news) {
            counters[entry.rule]?.take(entry.subject, elsewhere: entry.used, now: now)
        }
    }
}

extension KeyedHash {
    /// The hash for limits, the same on every instance.
    init(_ secret: ServiceSecret) {
        self.init(key: secret.key(for: "kernel.limits").withUnsafeBytes { Array($0.prefix(16)) })
    }
}
