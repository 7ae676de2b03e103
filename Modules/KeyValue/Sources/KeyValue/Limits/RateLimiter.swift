/// Spreads commands over time: the virtual scheduling form of the leaky bucket, which needs no more than one instant.
struct RateLimiter: Sendable {
    private let interval: Duration
    /// When everything taken so far would have passed at the permitted pace.
    private var paidUntil: ContinuousClock.Instant?

    /// - Parameter perSecond: at least one in 1000 seconds. An idle limiter lets the commands of a tenth of a second pass at once.
    init(perSecond: Double) {
        interval = .seconds(1) / max(perSecond, 0.001)
    }

    private static let burst: Duration = .milliseconds(100)

    /// How long `count` commands have to wait.
    mutating func take(_ count: Int, now: ContinuousClock.Instant) -> Duration {
        let start = max(paidUntil ?? now - Self.burst, now - Self.burst)
        paidUntil = start + interval * count
        return max(.zero, start - now)
    }
}
