import Contracts
import Kernel
import Postgres

/// Keeps the projection in step with Identity and with the profiles.
///
/// Every event leads to the same thing: the person is read anew and their rows are written. So it does not matter which
/// events came, how often and in what order.
struct DiscoveryIndex: Sendable {
    let store: any DiscoveryStore
    let profiles: any ProfileStore
    let people: any PublicProfiles
    let clock: WallClock

    /// Handles looked at by one step of the filling.
    private static let batch = 500
    /// Microseconds from the end of one round of the filling to the next one, which finds whom events missed while the
    /// module was off: a day.
    private static let round: Int64 = 86_400_000_000

    /// Brings one person's rows up to date, in the transaction of an event.
    func refresh(_ handle: String, in transaction: PostgresTransaction) async throws {
        // Whoever comes second reads after the first has committed, so that nothing newer is overwritten.
        guard try await store.lock(handle, in: transaction) else { return }
        if let entry = try await entries(of: [handle]).first {
            try await store.write(entry, in: transaction)
        } else {
            try await store.remove(handle, in: transaction)
        }
    }

    /// Adds those who have no row: who was here before the module was. Goes on where it stopped, until all are there.
    func fill() async throws {
        while !Task.isCancelled, try await fillStep() {}
    }

    /// - Returns: whether there may be more to do.
    private func fillStep() async throws -> Bool {
        let now = clock.now
        let filling = try await store.filling()
        if let finished = filling.finishedAt, now.microseconds - finished.microseconds < Self.round { return false }
        let start = filling.finishedAt == nil ? filling.after : ""
        let found = try await store.handles(after: start, limit: Self.batch)
        let missing = found.filter { !$0.isIndexed }.map(\.handle)
        if !missing.isEmpty {
            try await store.fill { free in
                try await entries(of: try await free(missing))
            }
        }
        let isLast = found.count < Self.batch
        try await store.setFilling(
            Filling(after: isLast ? "" : found.last?.handle ?? "", finishedAt: isLast ? now : nil)
        )
        return !isLast
    }

    private func entries(of handles: [String]) async throws -> [DiscoveryEntry] {
        guard !handles.isEmpty else { return [] }
        let known = try await people.profiles(of: handles)
        let own = try await profiles.profiles(of: handles)
        return handles.compactMap { handle in
            known[handle].flatMap { DiscoveryEntry($0, own[handle] ?? OwnProfile()) }
        }
    }
}

/// How far the projection has been filled.
struct Filling: Sendable, Hashable {
    /// The last handle that was looked at.
    var after: String
    /// When the last round ended; `nil` while one is under way.
    var finishedAt: PostgresTimestamp?
}
