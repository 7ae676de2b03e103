import Postgres

/// Days of a calendar on the wall: what they are called, and the months and weeks they belong to.
extension PostgresDate {
    /// Reads `YYYY-MM-DD`; `nil` for anything else, and for days that do not exist.
    init?(text: String) {
        let parts = text.utf8.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
        guard parts.map(\.count) == [4, 2, 2] else { return nil }
        let numbers = parts.compactMap { part -> Int? in
            guard part.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) else { return nil }
            return part.reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) }
        }
        guard numbers.count == 3, numbers[0] > 0 else { return nil }
        self.init(year: numbers[0], month: numbers[1], day: numbers[2])
    }

    /// The day on which an instant falls in UTC.
    init(utc instant: PostgresTimestamp) {
        let day = 86_400_000_000 as Int64
        let (quotient, remainder) = instant.microseconds.quotientAndRemainder(dividingBy: day)
        let sinceUnixEpoch = remainder < 0 ? quotient - 1 : quotient
        self.init(days: Int32(truncatingIfNeeded: sinceUnixEpoch - Self.unixEpochOffset))
    }

    /// Its first instant in UTC.
    var utcStart: PostgresTimestamp {
        PostgresTimestamp(microseconds: (Int64(days) + Self.unixEpochOffset) * 86_400_000_000)
    }

    /// From 1970-01-01 to 2000-01-01.
    private static let unixEpochOffset: Int64 = 10_957

    /// `YYYY-MM-DD`
    var text: String { "\(monthText)-\(Self.padded(day, 2))" }

    /// `YYYY-MM`
    var monthText: String { "\(Self.padded(year, 4))-\(Self.padded(month, 2))" }

    func adding(_ count: Int) -> PostgresDate { PostgresDate(days: days + Int32(count)) }

    /// Days from `other` to this one.
    func distance(from other: PostgresDate) -> Int { Int(days) - Int(other.days) }

    /// The first day of its month.
    var monthStart: PostgresDate { adding(1 - day) }

    /// The Monday of its week.
    var weekStart: PostgresDate {
        // Day 0, 2000-01-01, was a Saturday.
        let sinceMonday = (Int(days) + 5) % 7
        return adding(-(sinceMonday < 0 ? sinceMonday + 7 : sinceMonday))
    }

    private static func padded(_ value: Int, _ width: Int) -> String {
        let digits = String(value)
        return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
    }
}
