import Synchronization

/// How often values fell into fixed ranges. Observing one costs two atomic additions and no lock.
public final class MetricHistogram: @unchecked Sendable {
    /// Upper bounds of the buckets, inclusive, ascending; a last bucket without bound follows.
    let bounds: [Double]
    private let sum = AtomicDouble(0)
    // Sound: allocated in init, freed in deinit, never replaced, and only touched through atomic operations.
    private let counts: UnsafeMutablePointer<Atomic<UInt64>>

    /// Seconds from half a millisecond to ten seconds: what a service's answers take.
    public static let latencyBounds: [Double] = [
        0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
    ]
    /// For values whose unit is not known: one, two and five times each power of ten to a million.
    public static let valueBounds: [Double] = [
        1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 100_000, 1_000_000,
    ]

    init(bounds: [Double] = MetricHistogram.latencyBounds) {
        precondition(zip(bounds, bounds.dropFirst()).allSatisfy(<), "the bounds of a histogram must ascend")
        self.bounds = bounds
        counts = .allocate(capacity: bounds.count + 1)
        for index in 0...bounds.count { (counts + index).initialize(to: Atomic(0)) }
    }

    deinit {
        counts.deinitialize(count: bounds.count + 1)
        counts.deallocate()
    }

    /// Counts one value, in the unit of the bounds.
    public func observe(_ value: Double) {
        // A value that is not a number would make the sum useless for ever.
        guard !value.isNaN else { return }
        var bucket = 0
        while bucket < bounds.count, value > bounds[bucket] { bucket += 1 }
        counts[bucket].wrappingAdd(1, ordering: .relaxed)
        sum.add(value)
    }

    /// A reading; values observed meanwhile are in the next one.
    var snapshot: Snapshot {
        Snapshot(
            bounds: bounds,
            counts: (0...bounds.count).map { counts[$0].load(ordering: .relaxed) },
            sum: sum.value
        )
    }

    struct Snapshot {
        let bounds: [Double]
        /// Per bucket, not cumulative; one more than there are bounds.
        let counts: [UInt64]
        let sum: Double

        var count: UInt64 { counts.reduce(0, +) }
    }
}
