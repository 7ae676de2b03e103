import Synchronization

/// Brings the changes that any instance made to this one, by polling.
///
/// Rows are read by the transaction that wrote them: everything from the oldest transaction that was still running at
/// the last poll. So a change is never missed because its transaction took longer than its neighbour's; one seen
/// twice does no harm.
final class ConnectionFeed: Sendable {
    private let store: any ConnectionChangeStore
    private let state = Mutex(State())

    private struct State {
        /// When the last successful poll began.
        var heard: ContinuousClock.Instant?
        /// Changes of transactions before this one have all been applied.
        var horizon: Int64?
        /// Applied since the horizon: not applied again when they are read again.
        var applied: Set<ConnectionChange> = []
    }

    /// How long memory may be trusted without news: what "enforced within two seconds" leaves.
    static let trust: Duration = .seconds(2)

    /// How often to poll: often enough that one slow answer does no harm.
    static let interval: Duration = .milliseconds(500)

    init(store: any ConnectionChangeStore) {
        self.store = store
    }

    /// Whether memory may be trusted: the last successful poll began less than two seconds ago.
    var isFresh: Bool {
        guard let heard = state.withLock({ $0.heard }) else { return false }
        return ContinuousClock.now - heard < Self.trust
    }

    /// Reads the news and hands each change to `apply`. The first call only finds out where the feed stands.
    ///
    /// Not to be called twice at the same time.
    ///
    /// - Parameter lost: called before, when the server counts transactions from a lower number than before: it is
    ///   another one, restored from a dump.
    func poll(_ apply: (OrderedPair) -> Void, lost: () -> Void) async throws {
        let began = ContinuousClock.now
        let horizon = state.withLock { $0.horizon }
        if horizon == nil { try await store.forgetForeignWriters() }
        let page = try await store.changes(since: horizon)
        if let horizon, page.horizon < horizon { lost() }
        let fresh = state.withLock { state in
            let fresh = page.changes.filter { !state.applied.contains($0) }
            // What the next poll may read again: the writers from the new horizon on.
            state.applied = Set(page.changes.lazy.filter { $0.writer >= page.horizon })
            state.horizon = page.horizon
            return fresh
        }
        for change in fresh { apply(change.pair) }
        state.withLock { $0.heard = began }
    }
}

/// What two people are to each other has changed.
struct ConnectionChange: Sendable, Hashable {
    let pair: OrderedPair
    /// The transaction that changed it.
    let writer: Int64
}

/// One reading of the feed.
struct ConnectionChangePage: Sendable {
    /// The oldest transaction that was running: everything before it is in this page or an earlier one.
    let horizon: Int64
    let changes: [ConnectionChange]
}
