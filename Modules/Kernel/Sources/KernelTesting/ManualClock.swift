public import Kernel
public import Postgres
import Synchronization

/// A clock that stands still until a test moves it.
///
///     let clock = ManualClock()
///     try await withTestService(modules: [...], clock: clock) { service in
///         clock.advance(by: .seconds(60))
///     }
public final class ManualClock: Sendable {
    private let microseconds: Mutex<Int64>

    /// - Parameter start: by default 2026-01-08T16:00:00Z, a Thursday in mid-winter far from any change of clocks.
    public init(at start: PostgresTimestamp = PostgresTimestamp(microseconds: 1_767_888_000_000_000)) {
        microseconds = Mutex(start.microseconds)
    }

    public var now: PostgresTimestamp {
        PostgresTimestamp(microseconds: microseconds.withLock { $0 })
    }

    public func set(to time: PostgresTimestamp) {
        microseconds.withLock { $0 = time.microseconds }
    }

    /// Moves the clock; a negative duration moves it back, as a machine's clock may be.
    public func advance(by duration: Duration) {
        let (seconds, attoseconds) = duration.components
        microseconds.withLock { $0 += seconds * 1_000_000 + attoseconds / 1_000_000_000_000 }
    }

    /// What the service takes.
    public var wallClock: WallClock { WallClock { self.now } }
}
