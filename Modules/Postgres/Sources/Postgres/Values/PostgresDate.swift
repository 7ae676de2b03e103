/// A day of the Gregorian calendar, without a time zone. Column type `date`.
public struct PostgresDate: Hashable, Comparable, Sendable {
    /// Days since 2000-01-01, where Postgres counts from.
    public var days: Int32

    /// A day by its distance from 2000-01-01.
    public init(days: Int32) {
        self.days = days
    }

    /// A day by the calendar, extended to all times; `nil` if there is no such day. Year 0 is 1 BC.
    public init?(year: Int, month: Int, day: Int) {
        guard (-4713...5_874_897).contains(year), (1...12).contains(month), (1...31).contains(day) else { return nil }
        // Days from civil, by Howard Hinnant ("chrono-Compatible Low-Level Date Algorithms"): years begin in March,
        // so that the leap day is the last one, and come in eras of 400 years.
        let marchYear = month <= 2 ? year - 1 : year
        let era = (marchYear >= 0 ? marchYear : marchYear - 399) / 400
        let yearOfEra = marchYear - era * 400
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        self.init(days: Int32(era * 146_097 + dayOfEra - Self.epochOffset))
        let (_, backMonth, backDay) = calendar
        guard backMonth == month, backDay == day else { return nil }
    }

    /// Later than every day.
    public static var infinity: Self { .init(days: .max) }

    /// Earlier than every day.
    public static var negativeInfinity: Self { .init(days: .min) }

    /// The year; 0 is 1 BC.
    public var year: Int { calendar.year }

    /// The month, 1 to 12.
    public var month: Int { calendar.month }

    /// The day of the month, from 1.
    public var day: Int { calendar.day }

    /// Earlier days come first.
    public static func < (left: Self, right: Self) -> Bool { left.days < right.days }

    /// From 0000-03-01, where Hinnant's eras begin, to 2000-01-01.
    private static let epochOffset = 719_468 + 10_957

    private var calendar: (year: Int, month: Int, day: Int) {
        let shifted = Int(days) + Self.epochOffset
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        return (year, month, dayOfYear - (153 * shiftedMonth + 2) / 5 + 1)
    }
}

extension PostgresDate: PostgresEncodable, PostgresDecodable {
    /// `date`
    @inlinable public static var postgresType: PostgresType { .date }

    /// Writes days since 2000-01-01.
    public func encode(into writer: inout PostgresByteWriter) {
        writer.write(integer: days)
    }

    /// Reads `date`.
    public init(postgres bytes: UnsafeRawBufferPointer, type: PostgresType) throws {
        guard type == .date else { throw PostgresError.mismatch(type, Self.self) }
        self.init(days: try Int32(bigEndianBytes: bytes))
    }
}
