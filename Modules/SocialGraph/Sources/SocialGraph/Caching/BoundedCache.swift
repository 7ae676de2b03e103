/// A dictionary that holds at most so many entries and forgets those that nobody asked for lately.
///
/// Two generations: when the young one is full it becomes the old one, and what the old one held is forgotten unless
/// it was asked for meanwhile. Reading costs one look-up, two for what is about to grow old; there are no lists to keep.
struct BoundedCache<Key: Hashable & Sendable, Value: Sendable>: Sendable {
    private var young: [Key: Value] = [:]
    private var old: [Key: Value] = [:]
    private let halfCapacity: Int

    /// Counts what was removed because it changed elsewhere. Whoever loads an entry takes the count before asking the
    /// database and hands it to ``insert(_:for:ifUnchangedSince:)``, so that an answer overtaken by a change is dropped.
    private(set) var revision = 0

    init(capacity: Int) {
        halfCapacity = max(capacity / 2, 1)
    }

    /// The value, kept from being forgotten.
    mutating func value(for key: Key) -> Value? {
        if let value = young[key] { return value }
        guard let value = old.removeValue(forKey: key) else { return nil }
        put(value, for: key)
        return value
    }

    /// - Returns: whether the value was taken.
    @discardableResult
    mutating func insert(_ value: Value, for key: Key, ifUnchangedSince revision: Int) -> Bool {
        guard revision == self.revision else { return false }
        put(value, for: key)
        return true
    }

    /// Forgets an entry that changed, and whatever is being loaded at this moment.
    mutating func remove(_ key: Key) {
        revision += 1
        young.removeValue(forKey: key)
        old.removeValue(forKey: key)
    }

    /// Forgets all: after a time in which changes may have gone unheard.
    mutating func removeAll() {
        revision += 1
        young.removeAll()
        old.removeAll()
    }

    private mutating func put(_ value: Value, for key: Key) {
        young[key] = value
        guard young.count >= halfCapacity else { return }
        old = young
        young = [:]
    }
}
