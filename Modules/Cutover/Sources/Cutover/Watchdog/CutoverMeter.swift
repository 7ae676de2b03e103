import Synchronization

/// Counts what the watchdog looks at, minute by minute, in this instance.
public final class CutoverMeter: Sendable {
    private let minutes = Mutex<[DataSetName: [Int: MinuteFigures]]>([:])
    private let origin = ContinuousClock.now

    init() {}

    /// Minutes that are kept.
    static let kept = 15

    /// Adds shadow reads that were compared.
    public func recordComparisons(_ set: DataSetName, compared: Int, differing: Int) {
        count(set) { minute in
            minute.compared += compared
            minute.differing += differing
        }
    }

    func record(_ set: DataSetName, _ use: DataSetUse, took time: Duration, failed: Bool) {
        count(set) { minute in
            minute.requests += 1
            if time > Watchdog.slow { minute.slow += 1 }
            if failed { minute.failures += 1 }
            guard use == .write else { return }
            minute.writes += 1
            if failed { minute.failedWrites += 1 }
        }
    }

    /// The last complete minutes, the oldest first; minutes without anything count as empty.
    func complete(_ set: DataSetName, last count: Int) -> [MinuteFigures] {
        let now = minute
        return minutes.withLock { minutes in
            (now - count..<now).map { minutes[set]?[$0] ?? MinuteFigures() }
        }
    }

    private var minute: Int { Int((ContinuousClock.now - origin).components.seconds / 60) }

    private func count(_ set: DataSetName, _ change: (inout MinuteFigures) -> Void) {
        let now = minute
        minutes.withLock { minutes in
            var known = minutes[set.phased] ?? [:]
            if known[now] == nil { known = known.filter { $0.key > now - Self.kept } }
            change(&known[now, default: MinuteFigures()])
            minutes[set.phased] = known
        }
    }
}

/// What happened with a data set in a minute.
struct MinuteFigures: Hashable, Sendable {
    var requests = 0
    /// Slower than ``Watchdog/slow``.
    var slow = 0
    var failures = 0
    var writes = 0
    var failedWrites = 0
    var compared = 0
    var differing = 0

    static func + (one: MinuteFigures, other: MinuteFigures) -> MinuteFigures {
        MinuteFigures(
            requests: one.requests + other.requests,
            slow: one.slow + other.slow,
            failures: one.failures + other.failures,
            writes: one.writes + other.writes,
            failedWrites: one.failedWrites + other.failedWrites,
            compared: one.compared + other.compared,
            differing: one.differing + other.differing
        )
    }
}
