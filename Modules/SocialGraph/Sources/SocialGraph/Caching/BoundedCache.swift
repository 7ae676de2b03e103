/// A dictionary that holds at most so many entries and forgets those that nobody asked for lately.
///
/// Two generations: when the young one is full it becomes the old one, and what the old one held is forgotten unless
/// it was asked for meanwhile. Reading costs one look-up, two for what is about to grow old; there are no lists to keep.
struct BoundedCache<Key: Hashable & Sendable, Value: Sendable>: Sendable {
    private var young: [Key: Value] = [:]
    private var old: [Key: Value] = [:]
    private let halfCapacity: Int

    init(capacity: Int) {
        halfCapacity = max(capacity / 2, 1)
    }

    /// The value, kept from being forgotten.
    mutating func value(for key: Key) -> Value? {
        if let value = young[key] { return value }
        guard let value = old.removeValue(forKey: key) else { return nil }
        insert(value, for: key)
        return value
    }

    mutating func insert(_ value: Value, for key: Key) {
        young[key] = value
        guard young.count >= halfCapacity else { return }
        old = young
        young = [:]
    }

    mutating func remove(_ key: Key) {
        young.removeValue(forKey: key)
        old.removeValue(forKey: key)
    }

    mutating func removeAll() {
        young.removeAll()
        old.removeAll()
    }
}
