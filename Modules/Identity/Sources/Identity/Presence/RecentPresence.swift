import Kernel
import Postgres
import Synchronization

/// Who was here within a day but is not any more, rendered.
struct RecentPresence: Sendable {
    /// Tells one reading of the table from another.
    let id: Int
    private let all: [(handle: String, row: [UInt8])]

    static let none = RecentPresence(id: 0, states: [], at: PostgresTimestamp(microseconds: 0))

    init(id: Int, states: [PresenceState], at now: PostgresTimestamp) {
        self.id = id
        all = states.map { ($0.handle, PresenceRendering.row($0, at: now)) }
    }

    var handles: some Sequence<String> { all.lazy.map(\.handle) }

    func rows(hiding hidden: Set<String>) -> [[UInt8]] {
        all.lazy.filter { !hidden.contains($0.handle) }.map(\.row)
    }
}

/// Reads who was here before, at most every ten seconds: it changes as people stay away, not as they come.
final class RecentPresenceCache: Sendable {
    private let store: any PresenceStore
    private let state = Mutex((latest: RecentPresence.none, until: PostgresTimestamp(microseconds: 0)))

    private static let lifetime: Int64 = 10 * 1_000_000

    init(store: any PresenceStore) {
        self.store = store
    }

    /// Reads the table again at the next question: what was read may name people who must not be seen any more.
    func expire() {
        state.withLock { $0.until = PostgresTimestamp(microseconds: 0) }
    }

    func latest(at now: PostgresTimestamp) async throws -> RecentPresence {
        let (held, until) = state.withLock { $0 }
        guard until <= now || until.microseconds - now.microseconds > Self.lifetime else { return held }
        let states = try await store.recent(at: now, limit: PresenceBoard.listLimit)
        return state.withLock { state in
            state.latest = RecentPresence(id: state.latest.id + 1, states: states, at: now)
            state.until = PostgresTimestamp(microseconds: now.microseconds + Self.lifetime)
            return state.latest
        }
    }
}
