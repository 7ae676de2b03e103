/// What a data set must not do (design, section 8), judged on figures without I/O.
enum Watchdog {
    /// Requests above this count as slow.
    static let slow: Duration = .milliseconds(500)
    /// Minutes that the speed must be bad in a row.
    static let minutesOfSlowness = 10
    /// Minutes over which shares are counted.
    static let minutesOfShares = 5
    /// Events below which a share says nothing.
    static let enough = 20

    /// Why an alarm is raised.
    enum Alarm: String, CaseIterable, Hashable, Sendable {
        case slow = "p95 above 500 ms for 10 minutes"
        case errors = "errors above 5 %"
        case divergence = "divergence above 5 %"
        case writeFailures = "write failures above 1 %"
    }

    /// - Parameter minutes: complete ones, the oldest first; ``minutesOfSlowness`` of them.
    static func alarms(_ minutes: [MinuteFigures]) -> [Alarm] {
        // The 95th percentile lies above a limit where more than five in a hundred do.
        let isSlow =
            minutes.count >= minutesOfSlowness
            && minutes.suffix(minutesOfSlowness).allSatisfy { $0.requests > 0 && $0.slow * 100 > $0.requests * 5 }
        let sum = minutes.suffix(minutesOfShares).reduce(MinuteFigures(), +)
        func exceeds(_ part: Int, of whole: Int, percent: Int) -> Bool {
            whole >= enough && part * 100 > whole * percent
        }
        var alarms: [Alarm] = []
        if isSlow { alarms.append(.slow) }
        if exceeds(sum.failures, of: sum.requests, percent: 5) { alarms.append(.errors) }
        if exceeds(sum.differing, of: sum.compared, percent: 5) { alarms.append(.divergence) }
        if exceeds(sum.failedWrites, of: sum.writes, percent: 1) { alarms.append(.writeFailures) }
        return alarms
    }
}
