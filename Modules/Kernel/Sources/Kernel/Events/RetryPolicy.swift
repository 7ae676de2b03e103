/// When to try again what failed: after a pause that doubles with each failure, up to a longest one.
struct RetryPolicy: Sendable {
    /// Attempts in all; after the last there is none.
    var attempts = 12
    var first: Duration = .seconds(1)
    var longest: Duration = .seconds(600)

    /// The pause after this many failures in a row, varied by a quarter so that what failed together is not tried
    /// together; `nil` when there is no further attempt.
    func delay(afterFailures failures: Int) -> Duration? {
        failures < attempts ? pause(afterFailures: failures) * Double.random(in: 0.75...1.25) : nil
    }

    /// The pause without chance.
    func pause(afterFailures failures: Int) -> Duration {
        min(first * (1 << min(max(failures - 1, 0), 30)), longest)
    }
}
