import Contracts
import Kernel
import Logging
import Postgres
import Synchronization

/// Tells whose a token is, from memory in the steady state.
///
/// A token that this service did not make costs no query. A session that memory holds is trusted as long as the change
/// feed has been heard within the last two seconds, and looked up each time otherwise.
final class TokenAuthenticator: Authenticator {
    private let signer: TokenSigner
    private let sessions: any SessionStore
    private let people: PeopleCache
    private let feed: ChangeFeed
    private let clock: WallClock
    private let state: Mutex<State>

    private struct State {
        /// By whole token: the hash of a dictionary look-up tells an attacker nothing about a stored one.
        var known: BoundedCache<String, SessionRecord>
        /// Sessions whose last use is to be written down.
        var touched: [String: PostgresTimestamp] = [:]
    }

    init(
        signer: TokenSigner,
        sessions: any SessionStore,
        people: PeopleCache,
        feed: ChangeFeed,
        clock: WallClock,
        capacity: Int = 200_000
    ) {
        self.signer = signer
        self.sessions = sessions
        self.people = people
        self.feed = feed
        self.clock = clock
        state = Mutex(State(known: BoundedCache(capacity: capacity)))
    }

    func authenticate(_ token: String) async throws -> Principal? {
        guard let session = try await session(of: token), let person = try await people.caller(session.handle) else {
            return nil
        }
        return Principal(person: person, sessionID: session.id)
    }

    /// The live session of a token; `nil` when the token is unknown, lapsed, revoked or malformed.
    func session(of token: String) async throws -> SessionRecord? {
        let now = clock.now
        if feed.isFresh, let session = remembered(token, now) { return session }
        guard let id = signer.sessionID(of: token) else { return nil }
        let revision = state.withLock { $0.known.revision }
        guard let session = try await sessions.live(id: id, tokenHash: TokenSigner.hash(token), at: now) else {
            return nil
        }
        state.withLock { state in
            if state.known.insert(session, for: token, ifUnchangedSince: revision) { use(session, token, now, &state) }
        }
        return session
    }

    private func remembered(_ token: String, _ now: PostgresTimestamp) -> SessionRecord? {
        state.withLock { state in
            guard let session = state.known.value(for: token), session.expiresAt > now else { return nil }
            use(session, token, now, &state)
            return session
        }
    }

    /// Sliding: a use is written down at most once a day, and not on the way to the answer.
    private func use(_ session: SessionRecord, _ token: String, _ now: PostgresTimestamp, _ state: inout State) {
        guard now.microseconds - session.lastUsedAt.microseconds > Self.touchInterval else { return }
        var session = session
        session.lastUsedAt = now
        state.touched[session.id] = now
        let revision = state.known.revision
        state.known.insert(session, for: token, ifUnchangedSince: revision)
    }

    private static let touchInterval: Int64 = 86_400 * 1_000_000

    /// Makes a session known and hands out its token.
    func token(for sessionID: String) -> String {
        signer.token(for: sessionID)
    }

    /// Forgets a revoked session at once.
    func forget(sessionID: String) {
        let token = signer.token(for: sessionID)
        state.withLock { $0.known.remove(token) }
    }

    /// Forgets everything: changes may have gone unheard.
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
            try await sessions.touch(touched)
        } catch {
            state.withLock { $0.touched.merge(touched) { newer, _ in newer } }
            throw error
        }
    }
}
