import Synchronization

/// The buckets of one rule.
///
/// Spread over shards, each with a lock of its own, so that requests on different threads rarely meet.
final class RateLimitCounter: Sendable {
    let rule: RateLimitRule
    /// `nil` when the limit is off.
    let rate: TokenRate?

    private let shards: [Shard]
    private let shardCapacity: Int

    private static let shardCount = 16

    private final class Shard: Sendable {
        let buckets = Mutex<[UInt64: TokenBucket]>([:])
    }

    /// - Parameter capacity: subjects remembered at most. Beyond that, some are forgotten, which gives them a full
    ///   bucket again: memory stays bounded whatever the number of addresses.
    init(rule: RateLimitRule, limit: Int, capacity: Int) {
        self.rule = rule
        rate = limit > 0 ? TokenRate(limit: limit, window: rule.window) : nil
        shards = (0..<RateLimitCounter.shardCount).map { _ in Shard() }
        shardCapacity = max(capacity / RateLimitCounter.shardCount, 1)
    }

    private func shard(of subject: UInt64) -> Shard { shards[Int(subject >> 60)] }

    func take(_ subject: UInt64, now: Int64) -> RateLimitOutcome {
        guard let rate else { return .unlimited(rule.name, window: rule.window) }
        let (bucket, isAllowed) = shard(of: subject).buckets.withLock { buckets in
            if buckets.count >= shardCapacity, buckets[subject] == nil {
                Self.makeRoom(&buckets, capacity: shardCapacity, now: now)
            }
            let isAllowed = buckets[subject, default: TokenBucket()].take(rate, now: now)
            return (buckets[subject] ?? TokenBucket(), isAllowed)
        }
        return bucket.outcome(rule.name, rate, isAllowed: isAllowed, now: now)
    }

    /// Adds what another instance gave out.
    func take(_ subject: UInt64, elsewhere count: Int64, now: Int64) {
        guard let rate else { return }
        shard(of: subject).buckets.withLock { buckets in
            if buckets.count >= shardCapacity, buckets[subject] == nil {
                Self.makeRoom(&buckets, capacity: shardCapacity, now: now)
            }
            buckets[subject, default: TokenBucket()].take(elsewhere: count, rate, now: now)
        }
    }

    /// Drops full buckets, and gathers what other instances must hear.
    func collect(now: Int64) -> [(subject: UInt64, used: Int64)] {
        guard let rate else { return [] }
        var news: [(subject: UInt64, used: Int64)] = []
        for shard in shards {
            shard.buckets.withLock { buckets in
                buckets = buckets.filter { $0.value.fullAt > now }
                // Values change in place; the keys stay.
                for index in buckets.values.indices {
                    let used = buckets.values[index].share(rate, now: now)
                    if used > 0 { news.append((buckets.keys[index], used)) }
                }
            }
        }
        return news
    }

    /// Subjects remembered now.
    var count: Int { shards.reduce(0) { $0 + $1.buckets.withLock { $0.count } } }

    /// Drops full buckets; if that is not enough, an eighth of the others, as they come.
    private static func makeRoom(_ buckets: inout [UInt64: TokenBucket], capacity: Int, now: Int64) {
        buckets = buckets.filter { $0.value.fullAt > now }
        guard buckets.count >= capacity else { return }
        for subject in Array(buckets.keys.prefix(max(capacity / 8, 1))) { buckets[subject] = nil }
    }
}
