public import Postgres

#if canImport(Glibc)
import Glibc
#endif

/// Tells the time of day. A value, so that tests decide what time it is.
public struct WallClock: Sendable {
    private let read: @Sendable () -> PostgresTimestamp

    public init(_ read: @escaping @Sendable () -> PostgresTimestamp) {
        self.read = read
    }

    /// Now, in microseconds since the Unix epoch.
    public var now: PostgresTimestamp { read() }

    /// The machine's clock.
    public static let system = WallClock {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return PostgresTimestamp(microseconds: Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1_000)
    }
}
