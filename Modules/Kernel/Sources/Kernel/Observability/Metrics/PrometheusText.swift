/// A page in the Prometheus text format, version 0.0.4
/// (https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format).
struct PrometheusText {
    static let contentType = "text/plain; version=0.0.4; charset=utf-8"

    enum Kind: String {
        case counter, gauge, histogram
    }

    private(set) var text = ""

    /// Opens a family of metrics. All its samples must follow before the next family.
    mutating func family(_ name: String, _ kind: Kind, help: String?) {
        if let help { text += "# HELP \(name) \(PrometheusText.escaped(help: help))\n" }
        text += "# TYPE \(name) \(kind.rawValue)\n"
    }

    /// - Parameter labels: as ``labels(_:)`` renders them.
    mutating func sample(_ name: String, _ labels: String = "", _ value: Double) {
        text += labels.isEmpty ? "\(name) " : "\(name){\(labels)} "
        text += PrometheusText.number(value)
        text += "\n"
    }

    mutating func histogram(_ name: String, _ labels: String, _ reading: MetricHistogram.Snapshot) {
        let prefix = labels.isEmpty ? "" : labels + ","
        var cumulative: UInt64 = 0
        for (bound, count) in zip(reading.bounds + [.infinity], reading.counts) {
            cumulative += count
            sample("\(name)_bucket", prefix + "le=\"\(PrometheusText.number(bound))\"", Double(cumulative))
        }
        sample("\(name)_sum", labels, reading.sum)
        sample("\(name)_count", labels, Double(cumulative))
    }
}

// MARK: Names, labels, numbers

extension PrometheusText {
    /// A name that Prometheus accepts: `[a-zA-Z_:][a-zA-Z0-9_:]*`, anything else becomes `_`.
    static func metricName(_ text: String) -> String { name(text, allowsColon: true) }

    /// `method="GET",route="/livez"`: sorted by name, so that the same labels are the same series in whatever order
    /// they were given. Of two labels with one name the later wins.
    static func labels(_ pairs: [(String, String)]) -> String {
        let byName = Dictionary(pairs.map { (labelName($0.0), $0.1) }) { _, later in later }
        return byName.sorted { $0.key < $1.key }
            .map { "\($0.key)=\"\(escaped(label: $0.value))\"" }
            .joined(separator: ",")
    }

    /// `[a-zA-Z_][a-zA-Z0-9_]*`. `le` belongs to histograms, names with two leading underscores to Prometheus.
    private static func labelName(_ text: String) -> String {
        let name = name(text, allowsColon: false)
        return name == "le" || name.hasPrefix("__") ? "label_" + name : name
    }

    private static func name(_ text: String, allowsColon: Bool) -> String {
        var name = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "a"..."z", "A"..."Z", "_": name.unicodeScalars.append(scalar)
            case ":" where allowsColon: name.unicodeScalars.append(scalar)
            case "0"..."9": name += name.isEmpty ? "_\(scalar)" : "\(scalar)"
            default: name += "_"
            }
        }
        return name.isEmpty ? "_" : name
    }

    private static func escaped(label text: String) -> String {
        text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n")
    }

    private static func escaped(help text: String) -> String {
        text.replacing("\\", with: "\\\\").replacing("\n", with: "\\n")
    }

    /// As Go's ParseFloat reads it.
    static func number(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value < 0 ? "-Inf" : "+Inf" }
        if let integer = Int64(exactly: value), integer.magnitude < 1 << 53 { return String(integer) }
        return value.description
    }
}
