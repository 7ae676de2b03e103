/// Which connections of one kind exist, how busy they are, and when to make more. A value without I/O.
///
/// Connections are made as they are needed and kept. While the database cannot be reached, one attempt at a time is
/// made, with pauses between them.
struct Pool {
    /// One connection that is ready.
    struct Lane {
        let id: ConnectionID
        fileprivate(set) var inFlight: Int
    }

    /// Connections at most.
    let size: Int
    /// Jobs in flight on one connection at most.
    let depth: Int
    /// Connections that are kept even when there is nothing to do.
    let minimum: Int

    private(set) var lanes: [Lane] = []
    private(set) var connecting = 0
    /// When the next attempt may be made after one failed; 0 if the last one did not fail.
    private(set) var retryTime: UInt64 = 0
    private var backoff: Backoff

    init(size: Int, depth: Int, minimum: Int, backoff: Backoff) {
        self.size = max(size, 1)
        self.depth = max(depth, 1)
        self.minimum = min(minimum, self.size)
        self.backoff = backoff
    }

    /// Whether the last attempt to connect failed.
    var isFailing: Bool { retryTime != 0 }

    /// Jobs in flight on all connections.
    var inFlight: Int { lanes.reduce(0) { $0 + $1.inFlight } }

    /// Whether a connection can take one more job.
    var hasRoom: Bool { lanes.contains { $0.inFlight < depth } }

    /// Whether nothing but an answer can make room: all connections there may be exist, and are full.
    var isExhausted: Bool { lanes.count == size && !hasRoom }

    /// Takes a place on the connection with the fewest jobs in flight; `nil` if all are full.
    mutating func take() -> ConnectionID? {
        var best = -1
        var fewest = depth
        for index in lanes.indices where lanes[index].inFlight < fewest {
            best = index
            fewest = lanes[index].inFlight
            if fewest == 0 { break }
        }
        guard best >= 0 else { return nil }
        lanes[best].inFlight += 1
        return lanes[best].id
    }

    /// Frees a place on a connection.
    mutating func give(back id: ConnectionID) {
        for index in lanes.indices where lanes[index].id == id {
            lanes[index].inFlight -= 1
            return
        }
    }

    /// How many connections to make now.
    ///
    /// - Parameter waiting: jobs that found no place.
    func missing(waiting: Int, now: UInt64) -> Int {
        let room = size - lanes.count - connecting
        guard room > 0 else { return 0 }
        let existing = lanes.count + connecting
        var wanted = max(minimum - existing, 0)
        if waiting > 0 {
            wanted = max(wanted, (waiting + depth - 1) / depth - connecting)
        } else if connecting == 0, !lanes.isEmpty, lanes.allSatisfy({ $0.inFlight > 0 }) {
            // The next job would have to stand behind another one.
            wanted = max(wanted, 1)
        }
        if isFailing { wanted = connecting == 0 && now >= retryTime ? min(wanted, 1) : 0 }
        return min(max(wanted, 0), room)
    }

    /// When to look again although nothing happens: the time of the next attempt, if one is due; otherwise `nil`.
    func nextAttempt(waiting: Int) -> UInt64? {
        guard isFailing, connecting == 0, waiting > 0 || lanes.count < minimum else { return nil }
        return retryTime
    }

    mutating func began() {
        connecting += 1
    }

    /// A connection is ready.
    mutating func opened(_ id: ConnectionID) {
        connecting -= 1
        retryTime = 0
        backoff.reset()
        lanes.append(Lane(id: id, inFlight: 0))
    }

    /// An attempt failed.
    mutating func failed(now: UInt64, chance: Double) {
        connecting -= 1
        retryTime = now + backoff.next(chance: chance)
    }

    /// A connection that was ready is gone.
    mutating func lost(_ id: ConnectionID, now: UInt64, chance: Double) {
        guard let index = lanes.firstIndex(where: { $0.id == id }) else { return }
        lanes.remove(at: index)
        // Others may still work; but do not rush to a server that is throwing everybody out.
        retryTime = now + backoff.next(chance: chance)
    }

    /// A connection was closed on purpose.
    mutating func closed(_ id: ConnectionID) {
        lanes.removeAll { $0.id == id }
    }
}
