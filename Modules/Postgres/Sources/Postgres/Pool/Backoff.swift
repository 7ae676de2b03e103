/// The pauses between attempts to connect: doubled after each failure, and varied by chance, so that many clients do
/// not return at the same moment.
struct Backoff {
    private let minimum: UInt64
    private let maximum: UInt64
    private var failures = 0

    /// - Parameters: the shortest and the longest pause, in nanoseconds.
    init(minimum: UInt64, maximum: UInt64) {
        self.minimum = max(minimum, 1)
        self.maximum = max(maximum, self.minimum)
    }

    mutating func reset() {
        failures = 0
    }

    /// The next pause in nanoseconds: between a half and the whole of `minimum` × 2ⁿ after n failures before.
    ///
    /// - Parameter chance: a number from 0 to 1.
    mutating func next(chance: Double) -> UInt64 {
        let doubled = failures < 32 ? min(minimum << UInt64(failures), maximum) : maximum
        failures += 1
        return doubled / 2 + UInt64(Double(doubled / 2) * min(max(chance, 0), 1))
    }
}
