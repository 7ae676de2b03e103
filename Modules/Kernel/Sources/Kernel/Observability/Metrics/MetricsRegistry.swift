import Synchronization

/// Everything the service measures, and the page that Prometheus reads.
///
/// Asking for an instrument takes a lock and is done once; what it returns is kept and used without one.
public final class MetricsRegistry: Sendable {
    private let contents = Mutex(Contents())

    public init() {}

    /// The page, in the Prometheus text format.
    public func page() -> String {
        // The instruments are read outside the lock: a scrape never holds up whoever asks for one.
        let (families, collectors) = contents.withLock { ($0.families, $0.collectors) }
        var page = PrometheusText()
        for collector in collectors { collector.collect(into: &page) }
        for (name, family) in families.sorted(by: { $0.key < $1.key }) { family.write(as: name, to: &page) }
        return page.text
    }

    /// The content type of ``page()``.
    public static var contentType: String { PrometheusText.contentType }

    /// Adds metrics that are read when the page is.
    func add(_ collector: any MetricCollector) {
        contents.withLock { $0.collectors.append(collector) }
    }
}

/// Metrics that are not kept in the registry, but read when the page is.
protocol MetricCollector: Sendable {
    func collect(into page: inout PrometheusText)
}

// MARK: Instruments of our own

extension MetricsRegistry {
    /// The counter with this name and these labels, made when it is first asked for.
    ///
    /// - Parameter name: ends in `_total`, as the convention is; it is added where missing.
    public func counter(_ name: String, help: String? = nil, labels: [(String, String)] = []) -> MetricCounter {
        instrument(name, unit: "_total", .counter, help, labels) { MetricCounter() }
    }

    /// The gauge with this name and these labels, made when it is first asked for.
    public func gauge(_ name: String, help: String? = nil, labels: [(String, String)] = []) -> MetricGauge {
        instrument(name, unit: "", .gauge, help, labels) { MetricGauge() }
    }

    /// The histogram with this name and these labels, made when it is first asked for.
    ///
    /// - Parameter bounds: upper bounds of its buckets, ascending. The bounds of a series cannot change later.
    public func histogram(
        _ name: String,
        help: String? = nil,
        labels: [(String, String)] = [],
        bounds: [Double] = MetricHistogram.latencyBounds
    ) -> MetricHistogram {
        instrument(name, unit: "", .histogram, help, labels) { MetricHistogram(bounds: bounds) }
    }

    /// - Parameter unit: what the name must end in.
    func instrument<Instrument: MetricSeries>(
        _ name: String,
        unit: String,
        _ kind: PrometheusText.Kind,
        _ help: String?,
        _ labels: [(String, String)],
        _ make: () -> Instrument
    ) -> Instrument {
        let name = PrometheusText.metricName(name.hasSuffix(unit) ? name : name + unit)
        let labels = PrometheusText.labels(labels)
        return contents.withLock { $0.instrument(name, kind, help, labels, make) }
    }

    /// Takes a series off the page.
    func remove(_ series: AnyObject) {
        contents.withLock { $0.remove(series) }
    }
}

// MARK: What is registered

extension MetricsRegistry {
    private struct Contents {
        var families: [String: MetricFamily] = [:]
        var collectors: [any MetricCollector] = []

        mutating func instrument<Instrument: MetricSeries>(
            _ name: String,
            _ kind: PrometheusText.Kind,
            _ help: String?,
            _ labels: String,
            _ make: () -> Instrument
        ) -> Instrument {
            // Two libraries may use one name for different things. One page cannot: the second gets a name of its own.
            var name = name
            while let family = families[name], family.kind != kind { name += "_\(kind.rawValue)" }
            var family = families[name] ?? MetricFamily(kind: kind)
            family.help = family.help ?? help
            if let known = family.series[labels] as? Instrument { return known }
            let made = make()
            // A whole and a fractional counter of one name and labels: the first stays on the page.
            if family.series[labels] == nil { family.series[labels] = made }
            families[name] = family
            return made
        }

        mutating func remove(_ series: AnyObject) {
            for (name, var family) in families {
                guard let labels = family.series.first(where: { $0.value === series })?.key else { continue }
                family.series[labels] = nil
                families[name] = family.series.isEmpty ? nil : family
            }
        }
    }
}
