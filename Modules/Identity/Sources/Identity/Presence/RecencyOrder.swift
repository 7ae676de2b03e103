import Postgres

/// The handles seen last, newest first: as many as lists need, kept in order as heartbeats come.
///
/// Older ones fall off the end. That loses nothing as long as handles only come in newer than they were; where one is
/// taken out, the order is filled again from the whole.
struct RecencyOrder: Sendable {
    private var newest: [(handle: String, seen: PostgresTimestamp)] = []
    /// Whether handles fell off the end that may be needed again.
    private var isCut = false

    /// More than a list shows, for readers who do not see everybody.
    private static let limit = 256

    var handles: some Sequence<String> { newest.lazy.map(\.handle) }

    mutating func touch(_ handle: String, at seen: PostgresTimestamp) {
        remove(handle)
        // Mostly at the front: heartbeats come in the order of time.
        let place = newest.firstIndex { $0.seen <= seen } ?? newest.count
        newest.insert((handle, seen), at: place)
        guard newest.count > Self.limit else { return }
        newest.removeLast()
        isCut = true
    }

    mutating func remove(_ handle: String) {
        guard let index = newest.firstIndex(where: { $0.handle == handle }) else { return }
        newest.remove(at: index)
    }

    /// Fills the order again if it is shorter than needed and others fell off.
    mutating func refill(
        atLeast count: Int,
        from all: () -> some Sequence<(String, PostgresTimestamp)>
    ) {
        guard isCut, newest.count < min(count, Self.limit) else { return }
        let sorted = all().sorted { $0.1 > $1.1 }
        newest = sorted.prefix(Self.limit).map { ($0.0, $0.1) }
        isCut = sorted.count > Self.limit
    }
}
