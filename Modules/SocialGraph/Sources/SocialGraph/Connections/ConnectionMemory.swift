import Synchronization

/// What this instance remembers of who may write to whom and who hides from whom.
///
/// It is right within two seconds of any change, wherever it was made: ``ConnectionFeed`` brings the news, and while it
/// is cut off nothing is answered from memory. A change made here counts at once.
final class ConnectionMemory: Sendable {
    private let feed: ConnectionFeed
    private let state: Mutex<State>

    private struct State {
        var accepted: BoundedCache<OrderedPair, Entry<Void>>
        var hidden: BoundedCache<String, Entry<Set<String>>>
        /// People for whom nothing is answered or kept until then.
        var unsettled: [String: ContinuousClock.Instant] = [:]
        /// Counts what was forgotten, so that an answer overtaken by a change is not kept.
        var revision = 0

        mutating func isUnsettled(_ handle: String, at now: ContinuousClock.Instant) -> Bool {
            guard !unsettled.isEmpty, let end = unsettled[handle] else { return false }
            return now < end
        }
    }

    private struct Entry<Value: Sendable>: Sendable {
        let value: Value
        let since: ContinuousClock.Instant
    }

    /// How long an entry is kept at most: bounds what an erased person leaves behind on other instances.
    private static let lifetime: Duration = .seconds(60)

    /// How long a change made here may wait for its commit, which an idempotency key puts after the handler's end.
    private static let settling: Duration = .seconds(10)

    init(feed: ConnectionFeed, capacity: Int = 100_000) {
        self.feed = feed
        state = Mutex(
            State(accepted: BoundedCache(capacity: capacity), hidden: BoundedCache(capacity: capacity))
        )
    }

    /// To be taken before the database is asked, and given back with what it said.
    var revision: Int { state.withLock { $0.revision } }

    // MARK: Asking

    func isAccepted(_ pair: OrderedPair) -> Bool {
        guard feed.isFresh else { return false }
        let now = ContinuousClock.now
        return state.withLock { state in
            guard !state.isUnsettled(pair.from, at: now), !state.isUnsettled(pair.to, at: now),
                let entry = state.accepted.value(for: pair)
            else { return false }
            return now - entry.since < Self.lifetime
        }
    }

    /// Who is hidden from the reader; `nil` when memory cannot tell.
    func hidden(from reader: String) -> Set<String>? {
        guard feed.isFresh else { return nil }
        let now = ContinuousClock.now
        return state.withLock { state in
            guard !state.isUnsettled(reader, at: now), let entry = state.hidden.value(for: reader),
                now - entry.since < Self.lifetime
            else { return nil }
            return entry.value
        }
    }

    // MARK: Learning

    func rememberAccepted(_ pair: OrderedPair, ifUnchangedSince revision: Int) {
        let now = ContinuousClock.now
        state.withLock { state in
            guard revision == state.revision, !state.isUnsettled(pair.from, at: now),
                !state.isUnsettled(pair.to, at: now)
            else { return }
            state.accepted.insert(Entry(value: (), since: now), for: pair)
        }
    }

    func rememberHidden(_ hidden: Set<String>, from reader: String, ifUnchangedSince revision: Int) {
        let now = ContinuousClock.now
        state.withLock { state in
            guard revision == state.revision, !state.isUnsettled(reader, at: now) else { return }
            state.hidden.insert(Entry(value: hidden, since: now), for: reader)
        }
    }

    // MARK: Forgetting

    /// What two people are to each other has changed somewhere.
    func forget(_ pair: OrderedPair) {
        state.withLock { Self.forget(pair, &$0) }
    }

    /// What two people are to each other changes here, in a transaction that may still have to commit.
    func isChanging(_ pair: OrderedPair) {
        let now = ContinuousClock.now
        state.withLock { state in
            Self.forget(pair, &state)
            state.unsettled = state.unsettled.filter { now < $0.value }
            for handle in [pair.from, pair.to] { state.unsettled[handle] = now + Self.settling }
        }
    }

    func forgetAll() {
        state.withLock { state in
            state.revision += 1
            state.accepted.removeAll()
            state.hidden.removeAll()
        }
    }

    private static func forget(_ pair: OrderedPair, _ state: inout State) {
        state.revision += 1
        for pair in [pair, pair.reversed] {
            state.accepted.remove(pair)
            state.hidden.remove(pair.from)
        }
    }
}
