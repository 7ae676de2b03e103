import Foundation
import Postgres
import Synchronization

/// Days and hours where people live.
final class LocalCalendar: Sendable {
    private let zones = Mutex<[String: TimeZone]>([:])

    /// The calendar day of an instant in a zone, `YYYY-MM-DD`.
    func day(at instant: PostgresTimestamp, in zone: String) -> String {
        let (days, _) = split(instant, zone)
        return Self.text(daysSinceEpoch: days)
    }

    /// The hour of the day, 0 to 23.
    func hour(at instant: PostgresTimestamp, in zone: String) -> Int {
        Int(split(instant, zone).seconds / 3_600)
    }

    /// Whether this is the IANA name of a time zone, as `Europe/Berlin`, or `UTC`. Abbreviations and offsets are not.
    static func isZone(_ name: String) -> Bool {
        guard name != "UTC" else { return true }
        guard name.utf8.count <= 64, name.contains("/"), name.utf8.allSatisfy(isZoneByte) else { return false }
        return TimeZone(identifier: name)?.identifier == name
    }

    private static func isZoneByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "/"), UInt8(ascii: "_"), UInt8(ascii: "-"),
            UInt8(ascii: "+"):
            true
        default: false
        }
    }

    private func split(_ instant: PostgresTimestamp, _ zone: String) -> (days: Int64, seconds: Int64) {
        var seconds = floorDivide(instant.microseconds, 1_000_000)
        if zone != "UTC" { seconds += Int64(offset(zone, at: seconds)) }
        let days = floorDivide(seconds, 86_400)
        return (days, seconds - days * 86_400)
    }

    /// An unknown name, which only old data can hold, counts as UTC.
    private func offset(_ name: String, at seconds: Int64) -> Int {
        let zone = zones.withLock { zones in
            if let zone = zones[name] { return zone }
            let zone = TimeZone(identifier: name) ?? .gmt
            zones[name] = zone
            return zone
        }
        return zone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(seconds)))
    }

    /// From days since 1970-01-01. Source: Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms".
    static func text(daysSinceEpoch: Int64) -> String {
        let shifted = daysSinceEpoch + 719_468
        let era = floorDivide(shifted, 146_097)
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let month = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * month + 2) / 5 + 1
        let civilMonth = month < 10 ? month + 3 : month - 9
        let year = yearOfEra + era * 400 + (civilMonth <= 2 ? 1 : 0)
        func padded(_ value: Int64, _ width: Int) -> String {
            let digits = String(value)
            return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
        }
        return "\(padded(year, 4))-\(padded(civilMonth, 2))-\(padded(day, 2))"
    }
}

private func floorDivide(_ value: Int64, _ divisor: Int64) -> Int64 {
    let (quotient, remainder) = value.quotientAndRemainder(dividingBy: divisor)
    return remainder < 0 ? quotient - 1 : quotient
}
