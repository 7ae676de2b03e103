import DequeModule

/// Requests that wait for a connection, in order of arrival.
///
/// Requests whose callers have gone stay until their turn; they are passed over and not counted.
struct WaitingLine {
    private let limit: Int
    private let timeout: UInt64
    private var line = Deque<Request>()
    /// Requests whose callers have gone.
    private var abandoned = 0

    /// - Parameter timeout: how long a request may wait, in nanoseconds.
    init(limit: Int, timeout: UInt64) {
        self.limit = max(limit, 1)
        self.timeout = timeout
    }

    /// Requests that wait.
    var count: Int { line.count - abandoned }

    /// Whether one more must be turned away.
    var isFull: Bool { count >= limit }

    var requests: some Sequence<Request> { line }

    mutating func append(_ request: Request) {
        line.append(request)
    }

    /// Puts a request that must run again before all others.
    mutating func prepend(_ request: Request) {
        line.prepend(request)
    }

    /// Notes that a waiting request's caller has gone.
    mutating func noteAbandoned() {
        abandoned += 1
    }

    /// The request whose turn it is.
    mutating func first() -> Request? {
        while let request = line.first {
            if !request.isAnswered { return request }
            line.removeFirst()
            abandoned -= 1
        }
        return nil
    }

    mutating func removeFirst() {
        line.removeFirst().place = .nowhere
    }

    /// Takes out the requests that have waited too long.
    mutating func expired(now: UInt64) -> [Request] {
        var expired: [Request] = []
        while let request = first(), request.arrival + timeout <= now {
            removeFirst()
            expired.append(request)
        }
        return expired
    }

    /// When the first request will have waited too long.
    mutating func nextExpiry() -> UInt64? {
        first().map { $0.arrival + timeout }
    }

    mutating func removeAll() -> [Request] {
        defer {
            line.removeAll()
            abandoned = 0
        }
        for request in line { request.place = .nowhere }
        return line.filter { !$0.isAnswered }
    }
}
