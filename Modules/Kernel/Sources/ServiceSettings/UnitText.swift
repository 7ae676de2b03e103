/// A whole number and a unit, `30s`: the common part of durations and sizes.
enum UnitText {
    /// The number in the smallest unit, or nil if the text has another form or the number does not fit.
    /// - Parameter units: each unit's worth in the smallest one.
    static func parse(_ text: String, units: KeyValuePairs<String, Int>) -> Int? {
        let digits = text.utf8.prefix { UInt8(ascii: "0") <= $0 && $0 <= UInt8(ascii: "9") }
        let unit = text[digits.endIndex...]
        guard let number = Int(Substring(digits)), let worth = units.first(where: { $0.key == unit })?.value else {
            return nil
        }
        let (total, overflow) = number.multipliedReportingOverflow(by: worth)
        return overflow ? nil : total
    }

    /// In the largest unit that divides it.
    /// - Parameter units: from the smallest (worth 1) up.
    static func render(_ total: Int, units: KeyValuePairs<String, Int>) -> String {
        let unit = total == 0 ? units[0] : units.last { total.isMultiple(of: $0.value) } ?? units[0]
        return String(total / unit.value) + unit.key
    }
}

/// Durations: `250ms`, `30s`, `5m`, `12h`, `400d`; a day is 24 hours.
enum DurationText {
    private static let units: KeyValuePairs = ["ms": 1, "s": 1_000, "m": 60_000, "h": 3_600_000, "d": 86_400_000]

    static func parse(_ text: String) -> Duration? {
        UnitText.parse(text, units: units).map { .milliseconds($0) }
    }

    /// - Parameter duration: a whole number of milliseconds, as `parse` returns.
    static func render(_ duration: Duration) -> String {
        let (seconds, attoseconds) = duration.components
        return UnitText.render(Int(seconds) * 1_000 + Int(attoseconds / 1_000_000_000_000_000), units: units)
    }
}

/// Sizes: `512B`, `256kB`, `4MB`, `1GB`. Units, their spelling and the factor 1024 are those of Postgres's settings
/// (https://www.postgresql.org/docs/15/config-setting.html), so that the operator has one notation to know.
enum ByteText {
    private static let units: KeyValuePairs = ["B": 1, "kB": 1 << 10, "MB": 1 << 20, "GB": 1 << 30]

    static func parse(_ text: String) -> Int? {
        UnitText.parse(text, units: units)
    }

    static func render(_ bytes: Int) -> String {
        UnitText.render(bytes, units: units)
    }
}
