#if canImport(Glibc)
import Glibc
#endif

/// Time for deadlines and pauses: nanoseconds that only grow.
enum MonotonicClock {
    static var now: UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return UInt64(time.tv_sec) &* 1_000_000_000 &+ UInt64(time.tv_nsec)
    }

    static func now(plus duration: Duration) -> UInt64 {
        now &+ max(duration.nanoseconds, 1)
    }
}

extension Duration {
    /// Nanoseconds, none for a negative duration, and no more than a century.
    var nanoseconds: UInt64 {
        let (seconds, attoseconds) = components
        if seconds < 0 || attoseconds < 0 { return 0 }
        return UInt64(min(seconds, 3_000_000_000)) &* 1_000_000_000 &+ UInt64(attoseconds / 1_000_000_000)
    }
}
