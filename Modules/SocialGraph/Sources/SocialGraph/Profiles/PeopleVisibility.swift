import Contracts
import Kernel
import Postgres
import Synchronization

/// Who wishes not to be seen, for lists of people: the invisible, and those whose profile the viewer may not see.
///
/// Asked by every reader of every list, so answers are kept for two seconds. A change through this instance counts at
/// once.
final class PeopleVisibility: Visibility {
    private struct Entry {
        let restriction: Restriction?
        let readAt: PostgresTimestamp
    }

    private let store: any ProfileStore
    private let clock: WallClock
    private let known = Mutex<[String: Entry]>([:])

    /// Microseconds for which an answer is kept.
    private static let life: Int64 = 2_000_000
    /// People kept in memory; beyond, all are forgotten and asked for anew.
    private static let limit = 50_000

    init(store: any ProfileStore, clock: WallClock) {
        self.store = store
        self.clock = clock
    }

    func invisible(among keys: some Collection<String> & Sendable, to viewer: String?) async throws -> Set<String> {
        let restrictions = try await restrictions(among: keys)
        return Set(
            restrictions.compactMap { handle, restriction in
                guard handle != viewer else { return nil }
                return restriction.isInvisible || !restriction.visibility.allows(viewer, owner: handle) ? handle : nil
            }
        )
    }

    /// After a change: the next answer is read.
    func forget(_ handle: String) {
        known.withLock { _ = $0.removeValue(forKey: handle) }
    }

    private func restrictions(among keys: some Collection<String>) async throws -> [String: Restriction] {
        let now = clock.now
        let oldest = now.microseconds - Self.life
        var found: [String: Restriction] = [:]
        var missing: [String] = []
        known.withLock { known in
            for key in keys {
                if let entry = known[key], (oldest...now.microseconds).contains(entry.readAt.microseconds) {
                    found[key] = entry.restriction
                } else {
                    missing.append(key)
                }
            }
        }
        guard !missing.isEmpty else { return found }
        let read = try await store.restrictions(among: missing)
        known.withLock { known in
            if known.count > Self.limit { known.removeAll() }
            for key in missing { known[key] = Entry(restriction: read[key], readAt: now) }
        }
        return found.merging(read) { $1 }
    }
}
