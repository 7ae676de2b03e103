import Contracts
import Kernel
import Postgres
import Synchronization

/// The people, from memory: filled on demand, bounded, and kept right across instances by the change feed.
final class PeopleCache: PeopleDirectory {
    private let store: any PeopleStore
    private let clock: WallClock
    private let calendar = LocalCalendar()
    private let state: Mutex<State>

    private struct State {
        var people: BoundedCache<String, KnownPerson>
        /// Names without a row, with the time until which that is believed.
        var absent: BoundedCache<String, PostgresTimestamp>
    }

    /// How long a name without a row is believed to have none, in microseconds. Claims on other instances are seen
    /// that late.
    private static let absence: Int64 = 1_000_000

    /// How many names a person may write to in a day that nobody has claimed (design §6).
    static let placeholdersPerDay = 20

    init(store: any PeopleStore, clock: WallClock, capacity: Int = 200_000) {
        self.store = store
        self.clock = clock
        state = Mutex(
            State(people: BoundedCache(capacity: capacity), absent: BoundedCache(capacity: capacity / 4))
        )
    }

    func person(_ key: String) async throws -> Person? {
        try await known(key)?.person
    }

    /// Who acts with a live session of this handle; `nil` for somebody who may not.
    ///
    /// A live session says that there is somebody, so memory that does not know them is behind another instance, where
    /// they have just registered: the database decides.
    func caller(_ key: String) async throws -> Person? {
        if case .person(let known) = remembered(key), let caller = known.caller { return caller }
        return try await load([key])[key]?.caller
    }

    /// What is known of the person with this key, or `nil` when nobody has that row.
    func known(_ key: String) async throws -> KnownPerson? {
        switch remembered(key) {
        case .person(let known): known
        case .nobody: nil
        case .unknown: try await load([key])[key]
        }
    }

    func people(_ keys: some Collection<String> & Sendable) async throws -> [String: Person] {
        var found: [String: Person] = [:]
        found.reserveCapacity(keys.count)
        var missing: Set<String> = []
        for key in keys {
            switch remembered(key) {
            case .person(let known): found[key] = known.person
            case .nobody: break
            case .unknown: missing.insert(key)
            }
        }
        if !missing.isEmpty { found.merge(try await load(missing.sorted()).mapValues(\.person)) { _, new in new } }
        return found
    }

    func personOrPlaceholder(_ handle: Handle, madeBy sender: String) async throws -> Person {
        if case .person(let known) = remembered(handle.key) { return known.person }
        let revision = state.withLock { $0.people.revision }
        let kind: Person.Kind = GameStore.isName(handle.key) ? .system : .placeholder
        let known = try await store.personOrPlaceholder(
            Person(handle: handle.key, shown: handle.spelling, kind: kind),
            madeBy: sender,
            at: clock.now,
            limit: Self.placeholdersPerDay
        )
        if let known {
            state.withLock { _ = $0.people.insert(known, for: handle.key, ifUnchangedSince: revision) }
            return known.person
        }
        // Refused, unless another request made the row at the same moment.
        guard let known = try await load([handle.key])[handle.key] else { throw PlaceholderLimitReached() }
        return known.person
    }

    func day(of person: Person, at instant: PostgresTimestamp) -> String {
        calendar.day(at: instant, in: person.timeZone)
    }

    /// The hour of the day, 0 to 23, where the person lives.
    func hour(of person: Person, at instant: PostgresTimestamp) -> Int {
        calendar.hour(at: instant, in: person.timeZone)
    }

    // MARK: News

    /// Forgets a person who changed.
    func forget(_ key: String) {
        state.withLock { state in
            state.people.remove(key)
            state.absent.remove(key)
        }
    }

    func forgetAll() {
        state.withLock { state in
            state.people.removeAll()
            state.absent.removeAll()
        }
    }

    // MARK: Memory

    private enum Answer {
        case person(KnownPerson), nobody, unknown
    }

    private func remembered(_ key: String) -> Answer {
        state.withLock { state in
            if let known = state.people.value(for: key) { return .person(known) }
            if let until = state.absent.value(for: key), until > clock.now { return .nobody }
            return .unknown
        }
    }

    private func load(_ keys: [String]) async throws -> [String: KnownPerson] {
        let (revision, absentRevision) = state.withLock { ($0.people.revision, $0.absent.revision) }
        let found = try await store.people(keys)
        let until = PostgresTimestamp(microseconds: clock.now.microseconds + Self.absence)
        state.withLock { state in
            for key in keys {
                if let known = found[key] {
                    state.people.insert(known, for: key, ifUnchangedSince: revision)
                } else {
                    state.absent.insert(until, for: key, ifUnchangedSince: absentRevision)
                }
            }
        }
        return found
    }
}
