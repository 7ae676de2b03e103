extension Timestamp {
    /// Microseconds since the epoch from what clients send as a time; nil if it is none or outside the years 0 to 9999.
    ///
    /// - A string: see `parse(_: String)`.
    /// - A number: see `microseconds(unix:)`.
    public static func parse(_ value: JSONValue) -> Int64? {
        switch value.kind {
        case .string: value.string.flatMap { parse($0) }
        case .number: value.double.flatMap { microseconds(unix: $0) }
        default: nil
        }
    }

    /// Microseconds since the epoch from a Unix time: seconds, with or without a fraction, or, from 10^11 on (the
    /// year 5138 as seconds, 1973 as milliseconds), milliseconds as JavaScript's `Date.now()`.
    public static func microseconds(unix number: Double) -> Int64? {
        let scaled = number * (abs(number) >= 1e11 ? 1e3 : 1e6)
        // Checked as a double first: the conversion must not trap. Half a microsecond rounds away from zero.
        guard scaled.magnitude < 1e18 else { return nil }
        let microseconds = Int64(scaled + (scaled < 0 ? -0.5 : 0.5))
        guard writable.contains(microseconds) else { return nil }
        return microseconds
    }

    /// Microseconds since the epoch from a text: RFC 3339, and so JavaScript's `toISOString`; what Python's
    /// `isoformat` and `str` make of a datetime or a date; or a Unix time of at least nine digits.
    ///
    /// A text without an offset is UTC. Of a fraction, six digits count; the rest is cut off, as Postgres output has
    /// no more. A 60th second counts as the first of the next minute.
    public static func parse(_ text: String) -> Int64? {
        var reader = Reader(bytes: Array(text.utf8))
        guard let year = reader.digits(4), reader.skip("-") else { return unixText(text) }
        guard let month = reader.digits(2), 1...12 ~= month, reader.skip("-"),
            let day = reader.digits(2), 1...length(ofMonth: month, year: year) ~= day
        else { return nil }
        var microseconds = Int64(days(year: year, month: month, day: day)) * 86_400_000_000
        if reader.isAtEnd { return microseconds }
        guard reader.skip("T") || reader.skip("t") || reader.skip(" "), let time = reader.time() else { return nil }
        microseconds += time
        guard let offset = reader.offset(), reader.isAtEnd else { return nil }
        microseconds -= offset
        return writable.contains(microseconds) ? microseconds : nil
    }

    private static func unixText(_ text: String) -> Int64? {
        // Fewer digits could be a year as well.
        guard text.utf8.count >= 9, text.utf8.count <= 24,
            text.utf8.allSatisfy({ $0 &- UInt8(ascii: "0") <= 9 || $0 == UInt8(ascii: ".") })
        else { return nil }
        return Double(text).flatMap { microseconds(unix: $0) }
    }

    private static func length(ofMonth month: Int, year: Int) -> Int {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    /// Reads a text from left to right.
    private struct Reader {
        let bytes: [UInt8]
        var at = 0

        var isAtEnd: Bool { at == bytes.count }

        mutating func skip(_ mark: Unicode.Scalar) -> Bool {
            guard at < bytes.count, bytes[at] == UInt8(ascii: mark) else { return false }
            at += 1
            return true
        }

        /// A number of exactly `count` digits.
        mutating func digits(_ count: Int) -> Int? {
            guard at + count <= bytes.count else { return nil }
            var value = 0
            for byte in bytes[at..<at + count] {
                guard byte &- UInt8(ascii: "0") <= 9 else { return nil }
                value = value * 10 + Int(byte - UInt8(ascii: "0"))
            }
            at += count
            return value
        }

        /// `HH:MM`, `HH:MM:SS` or `HH:MM:SS.f…`, in microseconds.
        mutating func time() -> Int64? {
            guard let hour = digits(2), hour < 24, skip(":"), let minute = digits(2), minute < 60 else { return nil }
            guard skip(":") else { return Int64(hour * 60 + minute) * 60_000_000 }
            guard let second = digits(2), second <= 60, let fraction = fraction() else { return nil }
            return Int64((hour * 60 + minute) * 60 + second) * 1_000_000 + fraction
        }

        private mutating func fraction() -> Int64? {
            guard skip(".") || skip(",") else { return 0 }
            var (value, unit) = (Int64(0), Int64(100_000))
            let start = at
            while let digit = digits(1) {
                value += Int64(digit) * unit
                unit /= 10
            }
            return at > start ? value : nil
        }

        /// Nothing, `Z`, `+HH:MM`, `+HHMM` or `+HH`, in microseconds.
        mutating func offset() -> Int64? {
            if isAtEnd || skip("Z") || skip("z") { return 0 }
            let sign: Int64 = skip("-") ? -1 : 1
            guard sign < 0 || skip("+"), let hours = digits(2), hours < 24 else { return nil }
            if isAtEnd { return sign * Int64(hours) * 3_600_000_000 }
            _ = skip(":")
            guard let minutes = digits(2), minutes < 60 else { return nil }
            return sign * Int64(hours * 60 + minutes) * 60_000_000
        }
    }
}
