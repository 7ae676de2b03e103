import Logging
import Postgres
import Synchronization

/// Something that instances hold in memory and that changed.
enum IdentityChange: Hashable, Sendable {
    /// A session was revoked.
    case session(String)
    /// What is known of a person changed: spelling, kind, time zone.
    case person(String)
}

/// Brings the changes that any instance made to this one, by polling.
///
/// Rows are read by the transaction that wrote them: everything from the oldest transaction that was still running at
/// the last poll. So a change is never missed because its transaction took longer than its neighbour's; one seen
/// twice does no harm.
final class ChangeFeed: Sendable {
    private let store: any ChangeStore
    private let state = Mutex(State())
    /// Nanoseconds of the continuous clock, since `epoch`, when the last successful poll began; -1 before the first.
    private let lastHeard = Atomic<Int64>(-1)
    private let epoch = ContinuousClock.now

    private struct State {
        /// Changes of transactions before this one have all been applied.
        var horizon: Int64?
        /// Applied since the horizon: not applied again when they are read again.
        var applied: Set<Int64> = []
    }

    /// How long memory may be trusted without news: what "revocable within two seconds" leaves.
    static let trust: Duration = .seconds(2)

    init(store: any ChangeStore) {
        self.store = store
    }

    /// Whether memory may be trusted: the last successful poll began less than two seconds ago.
    var isFresh: Bool {
        let heard = lastHeard.load(ordering: .acquiring)
        return heard >= 0 && nanoseconds(since: epoch) - heard < Self.trust.nanoseconds
    }

    /// How long changes are kept for instances that were cut off.
    static let retention: Duration = .seconds(3_600)

    /// Reads the news and hands each change to `apply`. The first call only finds out where the feed stands.
    ///
    /// Not to be called twice at the same time.
    ///
    /// - Parameter lost: called before, when so much time has passed that changes may be gone from the feed, or when
    ///   the server counts transactions from a lower number than before: it is another one, restored from a dump.
    func poll(_ apply: (IdentityChange) -> Void, lost: () -> Void) async throws {
        let began = nanoseconds(since: epoch)
        let heard = lastHeard.load(ordering: .acquiring)
        if heard >= 0, began - heard > Self.retention.nanoseconds / 2 { lost() }
        let horizon = state.withLock { $0.horizon }
        let page = try await store.changes(since: horizon)
        if let horizon, page.horizon < horizon { lost() }
        let fresh = state.withLock { state in
            let fresh = page.changes.filter { !state.applied.contains($0.sequence) }
            // What the next poll may read again: the writers from the new horizon on.
            state.applied = Set(page.changes.lazy.filter { $0.writer >= page.horizon }.map(\.sequence))
            state.horizon = page.horizon
            return fresh
        }
        for change in fresh { apply(change.change) }
        lastHeard.store(began, ordering: .releasing)
    }

    private func nanoseconds(since start: ContinuousClock.Instant) -> Int64 {
        start.duration(to: .now).nanoseconds
    }
}

extension Duration {
    var nanoseconds: Int64 {
        components.seconds * 1_000_000_000 + components.attoseconds / 1_000_000_000
    }
}

/// One reading of the change feed.
struct ChangePage: Sendable {
    struct Entry: Sendable {
        let sequence: Int64
        /// The transaction that wrote it.
        let writer: Int64
        let change: IdentityChange
    }

    /// The oldest transaction that was running: everything before it is in this page or an earlier one.
    let horizon: Int64
    let changes: [Entry]
}
