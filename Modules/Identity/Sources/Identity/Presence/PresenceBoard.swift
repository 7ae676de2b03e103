import Contracts
import NIOCore
import Postgres
import Synchronization

/// Who is here, as this instance knows it: rows of all instances, with this one's heartbeats that are not written yet.
///
/// Heartbeats are taken in memory and written once a second, all in one statement; the rows that anybody wrote come
/// back in the same tick. So a reader sees their own heartbeat at once, and everybody else's a moment later.
final class PresenceBoard: Sendable {
    private let state: Mutex<State>

    /// How many people a list shows (original-api.md, 1.1).
    static let listLimit = 100

    fileprivate struct State {
        var entries: [String: Entry] = [:]
        /// Heartbeats that are not written yet.
        var pending: [String: PresencePatch] = [:]
        var order = RecencyOrder()
        /// Raised by whatever changes a list.
        var version = 0
        var rendered: [PresenceListKind: Rendered] = [:]
    }

    fileprivate struct Entry {
        var state: PresenceState
        var fragment: PresenceFragment?
        /// When the last files were opened, at most ten; counted for agents alone.
        var fileChanges: [PostgresTimestamp] = []
    }

    fileprivate struct Rendered {
        let version: Int
        /// Which list of those who were here before it shows.
        let recent: Int
        let at: PostgresTimestamp
        let body: ByteBuffer
    }

    /// - Parameter host: the account of the house, which is always here.
    init(host: PresenceState) {
        var state = State()
        state.entries[host.handle] = Entry(state: host)
        state.order.touch(host.handle, at: host.lastSeen)
        self.state = Mutex(state)
        self.host = host.handle
    }

    private let host: String

    // MARK: Heartbeats

    /// The presence of somebody whom memory holds.
    func presence(of handle: String) -> PresenceState? {
        state.withLock { $0.entries[handle]?.state }
    }

    /// Takes a heartbeat.
    ///
    /// - Parameters:
    ///   - known: the presence as stored, for somebody whom memory does not hold.
    ///   - countsFiles: whether changes of file are counted for the mood.
    ///   - hour: of the day, where the person lives.
    /// - Returns: the presence after it.
    func beat(_ patch: PresencePatch, known: PresenceState, countsFiles: Bool, hour: Int) -> PresenceState {
        state.withLock { state in
            var entry = state.entries[known.handle] ?? Entry(state: known)
            var patch = patch
            if countsFiles { entry.count(patch) }
            patch.mood = MoodInference.change(
                for: patch,
                previous: entry.state,
                context: entry.state.applying(patch).context,
                hour: hour,
                recentFileChanges: countsFiles ? entry.recentFileChanges(at: patch.seen) : 0
            )
            entry.state = entry.state.applying(patch)
            entry.fragment = nil
            state.pending[known.handle] = state.pending[known.handle]?.followed(by: patch) ?? patch
            state.put(entry)
            return entry.state
        }
    }

    // MARK: The tick

    /// The heartbeats to write, which count as written from here on.
    func takePending() -> [String: PresencePatch] {
        state.withLock { state in
            defer { state.pending = [:] }
            return state.pending
        }
    }

    /// Heartbeats that could not be written.
    func putBack(_ patches: [String: PresencePatch]) {
        state.withLock { state in
            state.pending.merge(patches) { newer, older in older.followed(by: newer) }
        }
    }

    /// Takes over rows that some instance wrote, and forgets who has been gone for long.
    func adopt(_ rows: [PresenceState], at now: PostgresTimestamp) {
        state.withLock { state in
            for row in rows where row.handle != host {
                let merged = state.pending[row.handle].map { row.applying($0) } ?? row
                var entry = state.entries[row.handle]
                guard entry?.state != merged else { continue }
                entry?.state = merged
                entry?.fragment = nil
                state.put(entry ?? Entry(state: merged))
            }
            state.forget(before: PostgresTimestamp(microseconds: now.microseconds - PresenceStatus.awayLimit))
        }
    }

    /// Forgets somebody: their handle is gone, or says something else now.
    func forget(_ handle: String) {
        state.withLock { state in
            guard handle != host, state.entries.removeValue(forKey: handle) != nil else { return }
            state.order.remove(handle)
            state.version += 1
        }
    }

    // MARK: Lists

    /// The list as JSON, rendered once per change and at most a second old.
    ///
    /// - Parameter recent: who was here before, for the list that shows them.
    func body(_ kind: PresenceListKind, at now: PostgresTimestamp, recent: RecentPresence = .none) -> ByteBuffer {
        state.withLock { state in
            if let rendered = state.rendered[kind], rendered.version == state.version, rendered.recent == recent.id,
                0..<1_000_000 ~= now.microseconds - rendered.at.microseconds
            {
                return rendered.body
            }
            state.beat(host, at: now)
            let body = kind.body(state.fragments(at: now, host: host, hiding: []), recent: recent.rows(hiding: []))
            state.rendered[kind] = Rendered(version: state.version, recent: recent.id, at: now, body: body)
            return body
        }
    }

    /// The list for a reader who does not see everybody.
    func body(
        _ kind: PresenceListKind,
        at now: PostgresTimestamp,
        recent: RecentPresence = .none,
        hiding hidden: Set<String>
    ) -> ByteBuffer {
        let fragments = state.withLock { state in
            state.beat(host, at: now)
            return state.fragments(at: now, host: host, hiding: hidden)
        }
        return kind.body(fragments, recent: recent.rows(hiding: hidden))
    }

    /// The handles that a list may show.
    func listed() -> [String] {
        state.withLock { state in
            state.refill(atLeast: Self.listLimit)
            return Array(state.order.handles)
        }
    }

    /// People who are here, latest first; the accounts of the house are no people.
    func here(limit: Int, at now: PostgresTimestamp) -> [PresenceState] {
        let here = state.withLock { state in
            state.entries.values.lazy.map(\.state).filter {
                $0.profile.kind != .system && PresenceStatus(of: $0, at: now) != .offline
            }
        }
        return Array(here.sorted { ($0.lastSeen, $1.handle) > ($1.lastSeen, $0.handle) }.prefix(max(limit, 0)))
    }

    /// How many people memory holds that are active.
    func activeCount(at now: PostgresTimestamp) -> Int {
        state.withLock { state in
            state.entries.values.count {
                $0.state.profile.kind != .system && PresenceStatus(of: $0.state, at: now) == .active
            }
        }
    }
}

extension PresenceBoard.Entry {
    fileprivate mutating func count(_ patch: PresencePatch) {
        guard let file = patch.context.text("file"), file != state.context.text("file") else { return }
        fileChanges.append(patch.seen)
        if fileChanges.count > 10 { fileChanges.removeFirst() }
    }

    fileprivate func recentFileChanges(at now: PostgresTimestamp) -> Int {
        fileChanges.count { now.microseconds - $0.microseconds < 600 * 1_000_000 }
    }
}

extension PresenceBoard.State {
    fileprivate mutating func put(_ entry: PresenceBoard.Entry) {
        let handle = entry.state.handle
        entries[handle] = entry
        if entry.state.hasLeft {
            order.remove(handle)
        } else {
            order.touch(handle, at: entry.state.lastSeen)
        }
        version += 1
    }

    /// The account of the house was always seen within the last five minutes.
    fileprivate mutating func beat(_ host: String, at now: PostgresTimestamp) {
        let slot: Int64 = 300 * 1_000_000
        let seen = PostgresTimestamp(microseconds: now.microseconds / slot * slot)
        guard var entry = entries[host], entry.state.lastSeen != seen else { return }
        entry.state.lastSeen = seen
        entry.state.firstSeen = seen
        entry.fragment = nil
        put(entry)
    }

    fileprivate mutating func forget(before limit: PostgresTimestamp) {
        let gone = entries.values.filter {
            $0.state.lastSeen < limit && pending[$0.state.handle] == nil && $0.state.profile.kind != .system
        }
        guard !gone.isEmpty else { return }
        for entry in gone {
            entries.removeValue(forKey: entry.state.handle)
            order.remove(entry.state.handle)
        }
        version += 1
    }

    fileprivate mutating func refill(atLeast count: Int) {
        order.refill(atLeast: count) {
            entries.values.lazy.filter { !$0.state.hasLeft }.map { ($0.state.handle, $0.state.lastSeen) }
        }
    }

    /// The people of a list, newest first, the house among them.
    fileprivate mutating func fragments(
        at now: PostgresTimestamp,
        host: String,
        hiding hidden: Set<String>
    ) -> [PresenceFragment] {
        refill(atLeast: PresenceBoard.listLimit + hidden.count)
        var fragments: [PresenceFragment] = []
        fragments.reserveCapacity(PresenceBoard.listLimit)
        var others = 0
        var hostIsListed = false
        for handle in order.handles where !hidden.contains(handle) {
            if handle == host {
                hostIsListed = true
            } else {
                guard others < PresenceBoard.listLimit - 1 else { continue }
                others += 1
            }
            guard let fragment = fragment(of: handle, at: now) else { continue }
            fragments.append(fragment)
        }
        // The order holds those seen last; whoever was pushed out of it was seen before all of them.
        if !hostIsListed, let fragment = fragment(of: host, at: now) { fragments.append(fragment) }
        return fragments
    }

    private mutating func fragment(of handle: String, at now: PostgresTimestamp) -> PresenceFragment? {
        guard let entry = entries[handle] else { return nil }
        if let fragment = entry.fragment, fragment.isCurrent(entry.state, at: now) { return fragment }
        guard let fragment = PresenceFragment(entry.state, at: now) else { return nil }
        entries[handle]?.fragment = fragment
        return fragment
    }
}
