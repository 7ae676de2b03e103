import DequeModule
import Logging

/// The inside of a loop: the connections, and who waits for them.
///
/// Made and used on the loop's thread alone, and not `Sendable`. Each turn it waits for sockets, takes what arrived,
/// takes what tasks ask for, sends what finds a connection, and then wakes the tasks that have their answers, all at
/// once. Nothing it calls blocks: what libpq can only do by blocking is left to helper threads.
final class Engine {
    let configuration: PostgresConfiguration
    let logger: Logger
    let inbox: Inbox
    let poller = Poller()
    let scratch = ParameterScratch()
    private let publish: (PostgresHealth) -> Void

    /// By `PoolKind`.
    var pools: [Pool]
    /// By `PoolKind`.
    var lines: [WaitingLine]
    var connections = ConnectionTable()
    /// Connections that are being made.
    var dials: [ConnectionID: Dial] = [:]
    /// Connections that are lent out.
    var loans: [LeaseID: Connection] = [:]
    var lastLease: UInt64 = 0
    /// Read connections that have reads without a Sync.
    var openBatches: [Connection] = []
    /// Tasks that wait for a first connection.
    var waitingForReady: [Request] = []
    var listener: Listener
    var metrics = LoopMetrics()

    /// The time at which the turn began.
    var now = MonotonicClock.now
    /// No request's deadline is before this.
    var nextDeadline = UInt64.max
    /// No connection is to be given up before this.
    var nextStall = UInt64.max
    let statementTimeout: UInt64

    private(set) var isStopping = false
    private var isOver = false
    var lastError: String?
    private var health = PostgresHealth()
    private var messages: [Inbox.Message] = []
    private var answered: [UnsafeContinuation<Void, Never>] = []

    init(
        configuration: PostgresConfiguration,
        logger: Logger,
        inbox: Inbox,
        publish: @escaping (PostgresHealth) -> Void
    ) {
        self.configuration = configuration
        self.logger = logger
        self.inbox = inbox
        self.publish = publish
        statementTimeout = configuration.statementDeadline.nanoseconds
        let backoff = Backoff(configuration)
        pools = PoolKind.allCases.map { kind in
            switch kind {
            case .reads:
                Pool(size: configuration.readConnections, depth: configuration.readDepth, minimum: 1, backoff: backoff)
            case .writes:
                Pool(
                    size: configuration.writeConnections,
                    depth: configuration.writeDepth,
                    minimum: 1,
                    backoff: backoff
                )
            case .leases, .directLeases:
                Pool(size: configuration.leaseConnections, depth: 1, minimum: 0, backoff: backoff)
            }
        }
        lines = PoolKind.allCases.map { _ in
            WaitingLine(limit: configuration.queueLimit, timeout: configuration.queueTimeout.nanoseconds)
        }
        listener = Listener(backoff: backoff)
        _ = poller.watch(inbox.descriptor, token: Self.inboxToken, read: true, write: false)
    }

    private static let inboxToken = UInt64.max

    /// Works until it is stopped.
    func run() {
        while !isOver { turn() }
        end()
    }

    private func turn() {
        let full = Inbox.Full(
            reads: pools[PoolKind.reads.rawValue].isExhausted,
            writes: pools[PoolKind.writes.rawValue].isExhausted
        )
        let timeout = inbox.prepareToSleep(full) ? millisecondsToNextTimer(full) : 0
        poller.wait(timeout: timeout) { event in
            if event.token == Self.inboxToken {
                inbox.drainSignal()
            } else if let connection = connections[ConnectionID(rawValue: event.token)] {
                handle(event, on: connection)
            }
        }
        now = MonotonicClock.now
        inbox.take(into: &messages)
        for message in messages { handle(message) }
        messages.removeAll(keepingCapacity: true)
        runTimers()
        dispatch()
        if isStopping, isIdle { isOver = true }
        report()
        resumeCallers()
    }

    private func handle(_ message: Inbox.Message) {
        switch message {
        case .request(let request): accept(request)
        case .cancel(let request): cancel(request)
        case .release(let lease, let reset): release(lease, reset: reset)
        case .interrupt(let lease):
            if let connection = loans[lease], connection.loan?.current != nil { interrupt(connection, because: nil) }
        case .interrupted(let id): interrupted(id)
        case .dialled(let id, let handle): dialled(id, handle)
        case .subscribe(let subscription): subscribe(subscription)
        case .unsubscribe(let id): unsubscribe(id)
        case .stop(let drain):
            isStopping = true
            if !drain { isOver = true }
        }
    }

    private func accept(_ request: Request) {
        request.arrival = now
        if request.isCancelled { return answer(request, .cancelled) }
        switch request.operation {
        case .read: enqueue(request, .reads)
        case .write: enqueue(request, .writes)
        case .lease(let kind):
            enqueue(request, kind == .session && configuration.directURL != nil ? .directLeases : .leases)
        case .ready: awaitReady(request)
        case .statements(let lease, _), .finish(let lease, _), .simple(let lease), .copyIn(let lease),
            .copyData(let lease, _), .copyEnd(let lease, _), .copyOut(let lease), .copyRead(let lease):
            accept(request, on: lease)
        case .reset: break
        }
    }

    private func enqueue(_ request: Request, _ kind: PoolKind) {
        if isStopping { return answer(request, .closed) }
        if lines[kind.rawValue].isFull {
            return answer(request, .unavailable("too many statements wait for the database"))
        }
        if request.deadline == 0, kind == .reads || kind == .writes { request.deadline = now &+ statementTimeout }
        note(deadlineOf: request)
        request.place = .waiting(kind)
        lines[kind.rawValue].append(request)
    }

    func note(deadlineOf request: Request) {
        if request.deadline != 0, request.deadline < nextDeadline { nextDeadline = request.deadline }
    }

    /// Gives a caller its answer; it wakes at the end of the turn. Later answers are ignored.
    func answer(_ request: Request, _ error: PostgresError? = nil) {
        guard !request.isAnswered else { return }
        request.isAnswered = true
        if case .waiting(let kind) = request.place { lines[kind.rawValue].noteAbandoned() }
        if let error { request.error = error }
        metrics.answered(isError: request.error != nil)
        guard let caller = request.caller else { return }
        request.caller = nil
        answered.append(caller)
    }

    private func resumeCallers() {
        guard !answered.isEmpty else { return }
        for caller in answered { caller.resume() }
        answered.removeAll(keepingCapacity: true)
    }

    private func report() {
        let waiting = lines.reduce(0) { $0 + $1.count }
        metrics.report(pools, waiting: waiting)
        var current = PostgresHealth()
        current.connectionsOpen = pools.reduce(0) { $0 + $1.lanes.count }
        current.waiting = waiting
        current.isReachable = !pools[PoolKind.reads.rawValue].lanes.isEmpty
        current.lastError = lastError
        if current != health {
            health = current
            publish(current)
        }
    }

    private var isIdle: Bool {
        loans.isEmpty && lines.allSatisfy { $0.count == 0 } && connections.all.allSatisfy { $0.pipeline.isEmpty }
    }

    /// Answers everyone who still waits.
    private func end() {
        for message in inbox.close() {
            switch message {
            case .request(let request): answer(request, .closed)
            case .dialled(_, let handle): handle.discard()
            case .subscribe(let subscription): subscription.continuation.finish()
            default: break
            }
        }
        for index in lines.indices {
            for request in lines[index].removeAll() { answer(request, .closed) }
        }
        for request in waitingForReady { answer(request, .closed) }
        for connection in connections.all {
            let (again, unknown) = connection.pipeline.lost()
            for request in again { answer(request, .closed) }
            for request in unknown { answer(request, request.error ?? .unknownOutcome) }
            if let loan = connection.loan {
                if let current = loan.current { answer(current, .closed) }
                for request in loan.waiting { answer(request, .closed) }
            }
            close(connection)
        }
        listener.finish()
        publish(PostgresHealth())
        resumeCallers()
    }
}

extension Backoff {
    init(_ configuration: PostgresConfiguration) {
        self.init(
            minimum: configuration.backoffMinimum.nanoseconds,
            maximum: configuration.backoffMaximum.nanoseconds
        )
    }
}
