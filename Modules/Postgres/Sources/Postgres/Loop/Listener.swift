import Synchronization

/// One listener: the channels it wants to hear, and where to tell it.
struct Subscription: Sendable {
    /// Names a subscription within the process.
    struct ID: Hashable, Sendable {
        private static let last = Atomic<UInt64>(0)
        private let rawValue = Self.last.wrappingAdd(1, ordering: .relaxed).newValue
    }

    let id = ID()
    let channels: Set<String>
    let continuation: AsyncStream<PostgresNotifications.Event>.Continuation
    /// Whether it was told that its channels are being listened to.
    var isListening = false

    init(channels: Set<String>, continuation: AsyncStream<PostgresNotifications.Event>.Continuation) {
        self.channels = channels
        self.continuation = continuation
    }

    /// Tells the listener something. If that pushes an older event out, it is told so.
    func yield(_ event: PostgresNotifications.Event) {
        if case .dropped = continuation.yield(event) { continuation.yield(.missed) }
    }
}

/// Who listens to what, and which of it the server has been told. A value without I/O.
struct Listener {
    private(set) var subscriptions: [Subscription.ID: Subscription] = [:]
    /// The connection, once there is one.
    var connection: ConnectionID?
    /// When to connect; `max` if a connection exists or is being made, or nobody listens.
    private(set) var retryTime = UInt64.max
    /// What the server has been told, and has confirmed.
    private var confirmed: Set<String> = []
    /// What the server has been told last.
    private var announced: Set<String> = []
    private(set) var isAwaitingAnswer = false
    /// The subscriptions that were told of the present connection.
    private var heard: Set<Subscription.ID> = []
    private var backoff: Backoff
    private var isConnecting = false

    init(backoff: Backoff) {
        self.backoff = backoff
    }

    private var wanted: Set<String> {
        subscriptions.values.reduce(into: []) { $0.formUnion($1.channels) }
    }

    mutating func add(_ subscription: Subscription, now: UInt64) {
        subscriptions[subscription.id] = subscription
        if connection == nil, !isConnecting, retryTime == .max { retryTime = now }
        greet()
    }

    mutating func remove(_ id: Subscription.ID) {
        subscriptions[id] = nil
        heard.remove(id)
        if subscriptions.isEmpty, connection == nil { retryTime = .max }
    }

    /// A connection is being made.
    mutating func beganConnecting() {
        isConnecting = true
        retryTime = .max
    }

    mutating func connected(_ id: ConnectionID) {
        isConnecting = false
        connection = id
        backoff.reset()
    }

    /// The connection, or the attempt to make one, is gone.
    mutating func lost(now: UInt64, chance: Double) {
        isConnecting = false
        connection = nil
        confirmed = []
        announced = []
        heard = []
        isAwaitingAnswer = false
        retryTime = subscriptions.isEmpty ? .max : now + backoff.next(chance: chance)
    }

    /// The statements that bring the server to know what is wanted; `nil` if it does, or has not answered yet.
    mutating func nextStatements() -> String? {
        guard connection != nil, !isAwaitingAnswer else { return nil }
        let wanted = wanted
        guard wanted != announced else { return nil }
        let statements =
            wanted.subtracting(announced).sorted().map { "LISTEN \(SQLIdentifier.quoted($0));" }
            + announced.subtracting(wanted).sorted().map { "UNLISTEN \(SQLIdentifier.quoted($0));" }
        announced = wanted
        isAwaitingAnswer = true
        return statements.joined(separator: " ")
    }

    /// The server has done what it was told.
    mutating func confirmedStatements() {
        isAwaitingAnswer = false
        confirmed = announced
        greet()
    }

    /// Tells the listeners whose channels are all heard now.
    private mutating func greet() {
        // Without those that the server is just being told to leave.
        let heardNow = confirmed.intersection(announced)
        for (id, subscription) in subscriptions where !heard.contains(id) {
            guard connection != nil, subscription.channels.isSubset(of: heardNow) else { continue }
            heard.insert(id)
            subscription.yield(subscription.isListening ? .reconnected : .listening)
            subscriptions[id]?.isListening = true
        }
    }

    /// A message arrived.
    func deliver(_ notification: PostgresNotification) {
        for subscription in subscriptions.values where subscription.channels.contains(notification.channel) {
            subscription.yield(.notification(notification))
        }
    }

    func finish() {
        for subscription in subscriptions.values { subscription.continuation.finish() }
    }
}
