/// All series of one name.
struct MetricFamily: Sendable {
    let kind: PrometheusText.Kind
    var help: String?
    /// By their rendered labels.
    var series: [String: any MetricSeries] = [:]

    init(kind: PrometheusText.Kind) {
        self.kind = kind
    }

    func write(as name: String, to page: inout PrometheusText) {
        page.family(name, kind, help: help)
        for (labels, series) in series.sorted(by: { $0.key < $1.key }) { series.write(name, labels, to: &page) }
    }
}

/// An instrument that can show what it holds.
protocol MetricSeries: AnyObject, Sendable {
    func write(_ name: String, _ labels: String, to page: inout PrometheusText)
}

extension MetricCounter: MetricSeries {
    func write(_ name: String, _ labels: String, to page: inout PrometheusText) {
        page.sample(name, labels, Double(value))
    }
}

extension MetricFractionalCounter: MetricSeries {
    func write(_ name: String, _ labels: String, to page: inout PrometheusText) {
        page.sample(name, labels, value)
    }
}

extension MetricGauge: MetricSeries {
    func write(_ name: String, _ labels: String, to page: inout PrometheusText) {
        page.sample(name, labels, value)
    }
}

extension MetricHistogram: MetricSeries {
    func write(_ name: String, _ labels: String, to page: inout PrometheusText) {
        page.histogram(name, labels, snapshot)
    }
}
