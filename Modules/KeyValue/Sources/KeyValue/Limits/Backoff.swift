/// The pauses between attempts: doubled after each failure, and varied by chance, so that many clients do not return at
/// the same moment.
struct Backoff: Sendable {
    private let minimum: Duration
    private let maximum: Duration
    private var failures = 0

    init(minimum: Duration, maximum: Duration) {
        self.minimum = minimum
        self.maximum = max(minimum, maximum)
    }

    /// Between a half and the whole of `minimum` × 2ⁿ after n failures before, but never less than the server asked for.
    ///
    /// - Parameters:
    ///   - retryAfter: what the server asked for.
    ///   - chance: a number from 0 to 1.
    mutating func next(retryAfter: Duration?, chance: Double = .random(in: 0...1)) -> Duration {
        let doubled = failures < 30 ? min(minimum * (1 << failures), maximum) : maximum
        failures += 1
        let pause = doubled / 2 + (doubled / 2) * chance
        return max(pause, retryAfter ?? .zero)
    }
}
