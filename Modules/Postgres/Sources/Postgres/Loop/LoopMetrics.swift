import Metrics

/// What a loop reports through swift-metrics. Gauges are set once per turn of the loop, and only if they changed.
struct LoopMetrics {
    private let connections = PoolKind.allCases.map {
        Gauge(label: "postgres_connections", dimensions: [("pool", $0.name)])
    }
    private let inFlight = PoolKind.allCases.map { Gauge(label: "postgres_in_flight", dimensions: [("pool", $0.name)]) }
    private let waiting = Gauge(label: "postgres_waiting")
    private let queueTime = Timer(label: "postgres_queue_seconds", preferredDisplayUnit: .seconds)
    private let connects = Counter(label: "postgres_connects_total")
    private let connectFailures = Counter(label: "postgres_connect_failures_total")
    private let losses = Counter(label: "postgres_connections_lost_total")
    private let errors = Counter(label: "postgres_errors_total")
    private let requests = Counter(label: "postgres_requests_total")

    private var lastConnections = Array(repeating: -1, count: PoolKind.allCases.count)
    private var lastInFlight = Array(repeating: -1, count: PoolKind.allCases.count)
    private var lastWaiting = -1

    /// Answered requests and errors since the last report.
    private var newRequests = 0
    private var newErrors = 0

    func connected() { connects.increment() }

    func failedToConnect() { connectFailures.increment() }

    func lostConnection() { losses.increment() }

    /// A request found a connection after it had to wait.
    ///
    /// - Parameter nanoseconds: how long it waited.
    func waited(_ nanoseconds: UInt64) {
        queueTime.recordNanoseconds(Int64(clamping: nanoseconds))
    }

    mutating func answered(isError: Bool) {
        newRequests += 1
        if isError { newErrors += 1 }
    }

    mutating func report(_ pools: [Pool], waiting count: Int) {
        if newRequests > 0 { requests.increment(by: newRequests) }
        if newErrors > 0 { errors.increment(by: newErrors) }
        newRequests = 0
        newErrors = 0
        for (index, pool) in pools.enumerated() {
            if pool.lanes.count != lastConnections[index] {
                lastConnections[index] = pool.lanes.count
                connections[index].record(pool.lanes.count)
            }
            if pool.inFlight != lastInFlight[index] {
                lastInFlight[index] = pool.inFlight
                inFlight[index].record(pool.inFlight)
            }
        }
        if count != lastWaiting {
            lastWaiting = count
            waiting.record(count)
        }
    }
}
