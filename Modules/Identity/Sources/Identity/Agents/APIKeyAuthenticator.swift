import Contracts
import Kernel
import Postgres
import Synchronization

/// Tells whose an API key is, from memory in the steady state, by the rules of ``TokenAuthenticator``.
final class APIKeyAuthenticator: Sendable {
    private let signer: APIKeySigner
    private let keys: any APIKeyStore
    private let people: PeopleCache
    private let feed: ChangeFeed
    private let clock: WallClock
    private let state: Mutex<State>

    private struct State {
        var known: BoundedCache<String, APIKeyRecord>
        /// Keys whose last use is to be written down.
        var touched: [String: PostgresTimestamp] = [:]
    }

    init(
        signer: APIKeySigner,
        keys: any APIKeyStore,
        people: PeopleCache,
        feed: ChangeFeed,
        clock: WallClock,
        capacity: Int = 50_000
    ) {
        self.signer = signer
        self.keys = keys
        self.people = people
        self.feed = feed
        self.clock = clock
        state = Mutex(State(known: BoundedCache(capacity: capacity)))
    }

    func authenticate(_ key: String) async throws -> Principal? {
        guard let record = try await record(of: key), let person = try await people.caller(record.handle) else {
            return nil
        }
        return Principal(person: person, sessionID: record.id, scopes: record.scopes)
    }

    private func record(of key: String) async throws -> APIKeyRecord? {
        let now = clock.now
        if feed.isFresh, let record = remembered(key, now) { return record }
        guard let id = signer.id(of: key) else { return nil }
        let revision = state.withLock { $0.known.revision }
        guard let record = try await keys.live(id: id, keyHash: APIKeySigner.hash(key), at: now) else { return nil }
        state.withLock { state in
            if state.known.insert(record, for: key, ifUnchangedSince: revision) { use(record, key, now, &state) }
        }
        return record
    }

    private func remembered(_ key: String, _ now: PostgresTimestamp) -> APIKeyRecord? {
        state.withLock { state in
            guard let record = state.known.value(for: key), record.isLive(at: now) else { return nil }
            use(record, key, now, &state)
            return record
        }
    }

    /// A use is written down at most once a minute, and not on the way to the answer.
    private func use(_ record: APIKeyRecord, _ key: String, _ now: PostgresTimestamp, _ state: inout State) {
        if let last = record.lastUsedAt, now.microseconds - last.microseconds < Self.touchInterval { return }
        var record = record
        record.lastUsedAt = now
        state.touched[record.id] = now
        let revision = state.known.revision
        state.known.insert(record, for: key, ifUnchangedSince: revision)
    }

    private static let touchInterval: Int64 = 60 * 1_000_000

    func key(for id: String) -> String { signer.key(for: id) }

    /// Forgets a key that changed or was revoked.
    func forget(id: String) {
        let key = signer.key(for: id)
        state.withLock { $0.known.remove(key) }
    }

    func forgetAll() {
        state.withLock { $0.known.removeAll() }
    }

    /// Writes down the uses since the last call, in one statement.
    func writeTouches() async throws {
        let touched = state.withLock { state in
            defer { state.touched = [:] }
            return state.touched
        }
        guard !touched.isEmpty else { return }
        do {
            try await keys.touch(touched)
        } catch {
            state.withLock { $0.touched.merge(touched) { newer, _ in newer } }
            throw error
        }
    }
}
