import Synchronization

/// A number that only grows.
public final class MetricCounter: Sendable {
    private let count = Atomic<Int64>(0)

    init() {}

    /// The sum of all increments since the start or the last reset.
    public var value: Int64 { count.load(ordering: .relaxed) }

    public func increment() {
        increment(by: 1)
    }

    /// Adds `amount`, which must not be negative.
    public func increment(by amount: Int64) {
        count.wrappingAdd(amount, ordering: .relaxed)
    }

    /// Back to zero, as Prometheus sees it after a restart.
    public func reset() {
        count.store(0, ordering: .relaxed)
    }
}

/// A number that only grows and may have a fraction.
public final class MetricFractionalCounter: Sendable {
    private let sum = AtomicDouble(0)

    init() {}

    /// The sum of all increments since the start or the last reset.
    public var value: Double { sum.value }

    /// Adds `amount`, which must not be negative.
    public func increment(by amount: Double) {
        sum.add(amount)
    }

    /// Back to zero.
    public func reset() {
        sum.set(0)
    }
}
