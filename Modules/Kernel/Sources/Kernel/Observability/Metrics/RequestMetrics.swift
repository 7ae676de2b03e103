import Synchronization

/// The figures of one route. Recording a request looks nothing up and takes no lock.
public final class RequestMetrics: Sendable {
    let method: String
    let path: String
    private let inFlight: MetricGauge
    /// Per status class, `1xx` first.
    private let latencies: [MetricHistogram]

    init(method: String, path: String, inFlight: MetricGauge) {
        self.method = method
        self.path = path
        self.inFlight = inFlight
        latencies = (1...5).map { _ in MetricHistogram() }
    }

    /// A request has arrived. Every call is followed by one of ``end(status:since:)``.
    public func begin() {
        inFlight.add(1)
    }

    /// A request was answered.
    ///
    /// - Parameters:
    ///   - status: the HTTP status; one out of 100...599 counts as 5xx.
    ///   - start: when its head had arrived.
    public func end(status: Int, since start: ContinuousClock.Instant) {
        inFlight.add(-1)
        let statusClass = (100...599).contains(status) ? status / 100 : 5
        latencies[statusClass - 1].observe((ContinuousClock.now - start).seconds)
    }

    /// Readings by rendered labels, only of the classes that have occurred.
    var readings: [(labels: String, reading: MetricHistogram.Snapshot)] {
        latencies.enumerated().compactMap { index, latency in
            let reading = latency.snapshot
            guard reading.count > 0 else { return nil }
            return (
                PrometheusText.labels([("method", method), ("route", path), ("status", "\(index + 1)xx")]),
                reading
            )
        }
    }
}

/// The routes whose figures are on the page.
final class RouteList: MetricCollector {
    private let routes = Mutex<[RequestMetrics]>([])

    func append(_ route: RequestMetrics) {
        routes.withLock { $0.append(route) }
    }

    func collect(into page: inout PrometheusText) {
        let readings = routes.withLock { $0 }.flatMap(\.readings)
        page.family("http_requests_total", .counter, help: "Requests answered.")
        for (labels, reading) in readings { page.sample("http_requests_total", labels, Double(reading.count)) }
        page.family(
            "http_request_duration_seconds",
            .histogram,
            help: "From a request's head to the end of its answer."
        )
        for (labels, reading) in readings { page.histogram("http_request_duration_seconds", labels, reading) }
    }
}
