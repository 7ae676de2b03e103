/// A number that goes up and down.
public final class MetricGauge: Sendable {
    private let level = AtomicDouble(0)

    init() {}

    /// The present level.
    public var value: Double { level.value }

    public func set(_ value: Double) {
        level.set(value)
    }

    public func add(_ amount: Double) {
        level.add(amount)
    }
}
