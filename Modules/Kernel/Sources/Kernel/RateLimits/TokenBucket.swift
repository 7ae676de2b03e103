/// How fast a bucket fills. All times in microseconds.
struct TokenRate: Sendable {
    /// Tokens of a full bucket.
    let limit: Int
    /// Seconds in which an empty one fills.
    let window: Int

    /// Time in which one token comes back.
    var interval: Int64 { max(Int64(window) * 1_000_000 / Int64(limit), 1) }

    /// Time in which an empty bucket fills.
    var capacity: Int64 { interval * Int64(limit) }
}

/// A token bucket as one number: the time at which it will be full again (the "theoretical arrival time" of the
/// generic cell rate algorithm, ITU-T I.371). A bucket that is full needs no memory.
struct TokenBucket: Sendable {
    /// Microseconds since the Unix epoch; in the past, the bucket is full.
    var fullAt: Int64 = .min
    /// Tokens taken here that other instances have not heard of.
    var unshared: Int32 = 0

    /// Takes a token, if there is one.
    mutating func take(_ rate: TokenRate, now: Int64) -> Bool {
        let next = max(fullAt, now) + rate.interval
        guard next - now <= rate.capacity else { return false }
        fullAt = next
        unshared &+= 1
        return true
    }

    /// Takes tokens that another instance gave out, even if there are none left.
    mutating func take(elsewhere count: Int64, _ rate: TokenRate, now: Int64) {
        let count = min(count, Int64(rate.limit))
        fullAt = min(max(fullAt, now) + count * rate.interval, now + rate.capacity)
    }

    /// The tokens to tell other instances of: none while the bucket is more than half full, since then the limit is
    /// far; none that have come back since.
    mutating func share(_ rate: TokenRate, now: Int64) -> Int64 {
        let missing = fullAt - now
        guard unshared > 0, missing > rate.capacity / 2 else { return 0 }
        defer { unshared = 0 }
        return min(Int64(unshared), missing / rate.interval + 1)
    }

    func outcome(_ rule: String, _ rate: TokenRate, isAllowed: Bool, now: Int64) -> RateLimitOutcome {
        let missing = max(fullAt - now, 0)
        return RateLimitOutcome(
            isAllowed: isAllowed,
            rule: rule,
            limit: rate.limit,
            window: rate.window,
            remaining: Int(max(rate.capacity - missing, 0) / rate.interval),
            reset: Self.seconds(max(fullAt, now)),
            resetAfter: Int(Self.seconds(missing)),
            retryAfter: isAllowed ? 0 : Int(max(Self.seconds(missing + rate.interval - rate.capacity), 1))
        )
    }

    /// Whole seconds, rounded up: who waits that long has waited long enough.
    private static func seconds(_ microseconds: Int64) -> Int64 { (microseconds + 999_999) / 1_000_000 }
}
