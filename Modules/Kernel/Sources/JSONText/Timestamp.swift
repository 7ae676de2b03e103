/// Times as texts and numbers. Inside, a time is always microseconds since 1970-01-01T00:00:00Z, as Postgres keeps
/// `timestamptz` (there since 2000); leap seconds do not exist.
public enum Timestamp {
    /// Bytes of a formatted time, `2026-01-08T16:23:44.123456Z`.
    public static let width = 27

    /// The time in the service's one form: UTC, fixed width, so that texts sort as times do.
    ///
    /// - Parameter microsecondsSinceEpoch: held within the years 0000 to 9999.
    public static func format(_ microsecondsSinceEpoch: Int64) -> String {
        String(unsafeUninitializedCapacity: width) { buffer in
            guard let base = buffer.baseAddress else { return 0 }
            write(microsecondsSinceEpoch, to: UnsafeMutableRawPointer(base))
            return width
        }
    }

    /// The earliest and latest times that four digits of a year can write.
    static let writable: ClosedRange<Int64> = -62_167_219_200_000_000...253_402_300_799_999_999

    /// Writes the 27 bytes of `format` to `target`.
    static func write(_ microseconds: Int64, to target: UnsafeMutableRawPointer) {
        let held = min(max(microseconds, writable.lowerBound), writable.upperBound)
        let (days, withinDay) = held.flooredQuotient(86_400_000_000)
        let (year, month, day) = civil(days: Int(days))
        let (seconds, fraction) = withinDay.quotientAndRemainder(dividingBy: 1_000_000)
        // The marks come with the whole pattern; the digits then go over its zeros.
        let pattern: StaticString = "0000-00-00T00:00:00.000000Z"
        target.copyMemory(from: pattern.utf8Start, byteCount: pattern.utf8CodeUnitCount)
        Decimal.write(UInt64(year), width: 4, to: target)
        Decimal.write(UInt64(month), width: 2, to: target + 5)
        Decimal.write(UInt64(day), width: 2, to: target + 8)
        Decimal.write(UInt64(seconds / 3600), width: 2, to: target + 11)
        Decimal.write(UInt64(seconds / 60 % 60), width: 2, to: target + 14)
        Decimal.write(UInt64(seconds % 60), width: 2, to: target + 17)
        Decimal.write(UInt64(fraction), width: 6, to: target + 20)
    }

    // Both from Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms": the year starts in March, so that the
    // leap day comes last, and 400 years have 146,097 days.

    /// The proleptic Gregorian date that lies `days` after 1970-01-01.
    static func civil(days: Int) -> (year: Int, month: Int, day: Int) {
        let (era, dayOfEra) = (days + 719_468).flooredQuotient(146_097)
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shifted = (5 * dayOfYear + 2) / 153
        let month = shifted < 10 ? shifted + 3 : shifted - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * shifted + 2) / 5 + 1)
    }

    /// Days from 1970-01-01 to the given date.
    static func days(year: Int, month: Int, day: Int) -> Int {
        let (era, yearOfEra) = (month <= 2 ? year - 1 : year).flooredQuotient(400)
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }
}

extension FixedWidthInteger {
    /// The quotient rounded down, and the remainder, which is then never negative. The divisor is positive.
    func flooredQuotient(_ divisor: Self) -> (quotient: Self, remainder: Self) {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
    }
}
