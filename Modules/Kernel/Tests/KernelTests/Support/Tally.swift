import Synchronization

/// Counts what tasks do.
final class Tally: Sendable {
    private let value = Mutex(0)

    /// - Returns: the count with this one.
    @discardableResult
    func increment() -> Int {
        value.withLock { value in
            value += 1
            return value
        }
    }

    var count: Int { value.withLock { $0 } }
}
