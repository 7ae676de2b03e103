import Synchronization

/// Counts commands, and bounds them: in all, and per second.
///
/// Every command that is sent counts as one, a repetition and what the server turned away too; a transaction counts two more over RESP (MULTI and EXEC).
/// What a connection needs for itself (AUTH, SELECT, PING) does not count. One budget may be shared by several clients.
public final class KeyValueBudget: Sendable {
    private let spending: Mutex<Spending>

    /// - Parameters:
    ///   - commands: how many may be sent in all; `nil`: any number.
    ///   - perSecond: how many a second on average, at least 0.001; `nil`: as fast as can be. A larger request is not split:
    ///     those after it wait longer.
    public init(commands: Int? = nil, perSecond: Double? = nil) {
        spending = Mutex(Spending(limit: commands, rate: perSecond.map { RateLimiter(perSecond: $0) }))
    }

    /// Commands sent so far.
    public var used: Int { spending.withLock { $0.used } }

    /// Commands that may still be sent; `nil`: any number.
    public var remaining: Int? { spending.withLock { $0.remaining } }

    /// Takes commands out of the budget.
    ///
    /// - Returns: how long to wait before sending them.
    /// - Throws: ``KeyValueError`` of kind `budget` if there are not so many left. Then nothing is taken.
    func take(_ count: Int, now: ContinuousClock.Instant = .now) throws(KeyValueError) -> Duration {
        let pause = spending.withLock { $0.take(count, now: now) }
        guard let pause else {
            throw KeyValueError(.budget, "the budget of commands is used up: \(used) sent, \(count) more asked for")
        }
        return pause
    }

    /// Puts back what was not sent.
    func giveBack(_ count: Int) {
        spending.withLock { $0.used -= count }
    }

    /// The sums of a budget.
    private struct Spending {
        let limit: Int?
        var rate: RateLimiter?
        var used = 0

        init(limit: Int?, rate: RateLimiter?) {
            self.limit = limit
            self.rate = rate
        }

        var remaining: Int? { limit.map { max(0, $0 - used) } }

        mutating func take(_ count: Int, now: ContinuousClock.Instant) -> Duration? {
            if let remaining, count > remaining { return nil }
            used += count
            return rate?.take(count, now: now) ?? .zero
        }
    }
}
