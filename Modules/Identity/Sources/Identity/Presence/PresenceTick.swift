import Contracts
import Kernel
import Logging
import Postgres
import Synchronization

/// What happens once a second: heartbeats go to the database, everybody's rows come back.
final class PresenceTick: Sendable {
    private let board: PresenceBoard
    private let store: any PresenceStore
    private let people: PeopleCache
    private let events: EventPublisher
    private let clock: WallClock
    private let logger: Logger
    private let state = Mutex(State())

    private struct State {
        /// Rows of transactions before this one have all been seen.
        var horizon: Int64?
        /// The last day that was told for somebody: `PersonActive` is raised once a day.
        var days: [String: String] = [:]
        /// Handles that changed and could not be read again yet.
        var changed: Set<String> = []
    }

    init(
        board: PresenceBoard,
        store: any PresenceStore,
        people: PeopleCache,
        events: EventPublisher,
        clock: WallClock,
        logger: Logger
    ) {
        self.board = board
        self.store = store
        self.people = people
        self.events = events
        self.clock = clock
        self.logger = logger
    }

    func run() async throws {
        try await flush()
        try await reloadChanged()
        try await load()
    }

    /// Reads what other instances wrote, and what the last flush made of this one's heartbeats.
    func load() async throws {
        let now = clock.now
        let horizon = state.withLock { $0.horizon }
        var page = try await store.changed(since: horizon, at: now)
        if let horizon, page.horizon < horizon {
            // Another server, restored from a dump: what it holds cannot be told from what was read before.
            page = try await store.changed(since: nil, at: now)
        }
        state.withLock { [page] in $0.horizon = page.horizon }
        board.adopt(page.rows, at: now)
    }

    /// Has the next tick read those again whose handles say something else now. Not at once: while heartbeats are being
    /// written, the table does not know yet what they said.
    func hasChanged(_ handles: [String]) {
        let held = handles.filter { board.presence(of: $0) != nil }
        state.withLock { $0.changed.formUnion(held) }
    }

    /// If they cannot be read, nobody sees what they said before, and the next tick tries again.
    private func reloadChanged() async throws {
        let changed = state.withLock { state in
            defer { state.changed = [] }
            return state.changed
        }
        guard !changed.isEmpty else { return }
        let now = clock.now
        do {
            let found = try await store.presences(of: changed.sorted(), at: now)
            let present = found.filter { $0.profile.isActive }
            board.adopt(present, at: now)
            for handle in changed.subtracting(present.map(\.handle)) { board.forget(handle) }
        } catch {
            for handle in changed { board.forget(handle) }
            state.withLock { $0.changed.formUnion(changed) }
            throw error
        }
    }

    /// Writes the heartbeats since the last flush, all in one statement.
    func flush() async throws {
        let patches = board.takePending()
        guard !patches.isEmpty else { return }
        do {
            try await write(patches)
        } catch let error as PostgresError where error.isAboutData {
            // One row must not keep all the others from being written.
            logger.error(
                "heartbeats refused; writing them one by one",
                metadata: ["cause": .string(SafeCause.text(error))]
            )
            for (handle, patch) in patches { try await writeAlone(handle, patch) }
        } catch {
            board.putBack(patches)
            throw error
        }
    }

    private func writeAlone(_ handle: String, _ patch: PresencePatch) async throws {
        do {
            try await write([handle: patch])
        } catch let error as PostgresError where error.isAboutData {
            logger.error("a heartbeat is lost", metadata: ["cause": .string(SafeCause.text(error))])
            board.forget(handle)
        } catch {
            board.putBack([handle: patch])
            throw error
        }
    }

    private func write(_ patches: [String: PresencePatch]) async throws {
        let days = try await newDays(patches)
        let found = try await people.people(days.map(\.handle))
        try await store.write(patches, days: days) { [events] handle, day in
            events.statements(
                for: PersonActive(handle: handle, day: day, isAgent: found[handle]?.isAgent ?? false)
            )
        }
        state.withLock { state in
            // A day's worth of people at most: older days are known by the table.
            if state.days.count > 100_000 { state.days.removeAll() }
            for (handle, day) in days { state.days[handle] = day }
        }
    }

    /// People whose day may not have been told yet, with their local day.
    private func newDays(_ patches: [String: PresencePatch]) async throws -> [(handle: String, day: String)] {
        let present = patches.filter { !$0.value.hasLeft }
        let found = try await people.people(Array(present.keys))
        let days = present.compactMap { handle, patch in
            found[handle].map { (handle: handle, day: people.day(of: $0, at: patch.seen)) }
        }
        return state.withLock { state in days.filter { state.days[$0.handle] != $0.day } }
    }
}

extension PostgresError {
    /// Whether the server refused a value, so that trying again cannot help: classes 22, 23 and 54 of SQLSTATE.
    fileprivate var isAboutData: Bool {
        guard let state = sqlState else { return false }
        return ["22", "23", "54"].contains(state.conditionClass)
    }
}
