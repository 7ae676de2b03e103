import NIOCore

/// The connections of a transport: which exist, which one a request takes, when a new one is tried.
struct ConnectionPool {
    private enum Slot {
        case empty
        case opening(EventLoopFuture<RESPConnection>)
        case open(RESPConnection)
    }

    /// What a request does.
    enum Choice {
        case use(RESPConnection)
        case wait(EventLoopFuture<RESPConnection>)
        case fail(KeyValueError)
    }

    private var slots: [Slot]
    private var isClosed = false
    /// Between a failed attempt and the next one, requests fail at once with its reason.
    private var failure: (error: KeyValueError, until: NIODeadline)?
    private let newBackoff: Backoff
    private var backoff: Backoff

    init(size: Int, backoff: Backoff) {
        slots = Array(repeating: .empty, count: max(1, size))
        newBackoff = backoff
        self.backoff = backoff
    }

    /// An idle connection; else a new one, if there may be more; else the least busy one. One is opened at a time.
    ///
    /// - Parameter open: starts to open a connection for the slot.
    mutating func choose(now: NIODeadline, open: (Int) -> EventLoopFuture<RESPConnection>) -> Choice {
        guard !isClosed else { return .fail(.closed) }
        var best: RESPConnection?
        var opening: EventLoopFuture<RESPConnection>?
        var free: Int?
        for index in slots.indices {
            switch slots[index] {
            case .open(let connection) where connection.isOpen:
                if best.map({ connection.inFlight < $0.inFlight }) ?? true { best = connection }
            case .opening(let future):
                opening = future
            case .open, .empty:
                slots[index] = .empty
                free = index
            }
        }
        if let best, best.inFlight == 0 { return .use(best) }
        let isPausing = failure.map { now < $0.until } ?? false
        if let free, opening == nil, !isPausing {
            let future = open(free)
            slots[free] = .opening(future)
            return best.map { .use($0) } ?? .wait(future)
        }
        if let best { return .use(best) }
        if let opening { return .wait(opening) }
        return .fail(failure?.error ?? .unavailable("no connection is open"))
    }

    /// Takes in a connection.
    ///
    /// - Returns: `false` if the pool was closed meanwhile: then the connection must be closed too.
    mutating func opened(_ connection: RESPConnection, in slot: Int) -> Bool {
        slots[slot] = .open(connection)
        failure = nil
        backoff = newBackoff
        return !isClosed
    }

    mutating func failed(_ error: KeyValueError, in slot: Int) {
        slots[slot] = .empty
        failure = (error, .after(backoff.next(retryAfter: nil)))
    }

    /// Takes no more requests.
    ///
    /// - Returns: the open connections, for closing.
    mutating func close() -> [RESPConnection] {
        isClosed = true
        return slots.compactMap { if case .open(let connection) = $0 { connection } else { nil } }
    }
}
