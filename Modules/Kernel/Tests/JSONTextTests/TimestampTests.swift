import Foundation
import JSONText
import Testing

@Suite("Timestamps")
struct TimestampTests {
    /// 2026-01-08T16:23:44Z
    static let time: Int64 = 1_767_889_424_000_000

    @Test(
        "reads what clients send",
        arguments: [
            ("2026-01-08T16:23:44.123Z", time + 123_000), ("2026-01-08T16:23:44.123456Z", time + 123_456),
            ("2026-01-08T16:23:44Z", time), ("2026-01-08t16:23:44z", time), ("2026-01-08T16:23:44", time),
            ("2026-01-08T16:23:44.123456", time + 123_456), ("2026-01-08 16:23:44.123456+00:00", time + 123_456),
            ("2026-01-08T16:23:44+00:00", time), ("2026-01-08T21:53:44+05:30", time),
            ("2026-01-08T08:23:44-0800", time),
            ("2026-01-08T17:23:44+01", time), ("2026-01-08T16:23:44.123456789Z", time + 123_456),
            ("2026-01-08T16:23:44.5Z", time + 500_000), ("2026-01-08T16:23:44,5Z", time + 500_000),
            ("2026-01-08T16:23Z", time - 44_000_000), ("2026-01-08", time - 59_024_000_000),
            ("2026-01-08T16:22:60Z", time - 44_000_000), ("1970-01-01T00:00:00.000Z", 0),
            ("1969-12-31T23:59:59.999999Z", -1), ("2024-02-29T00:00:00Z", 1_709_164_800_000_000),
            ("2000-02-29", 951_782_400_000_000), ("0000-01-01T00:00:00Z", -62_167_219_200_000_000),
            ("9999-12-31T23:59:59.999999Z", 253_402_300_799_999_999),
            ("1767889424", time), ("1767889424.5", time + 500_000), ("1767889424123", time + 123_000),
        ]
    )
    func reads(text: String, expected: Int64) {
        #expect(Timestamp.parse(text) == expected)
    }

    @Test(
        "refuses what is no time",
        arguments: [
            "", "now", "2026", "2026-01", "2026-1-8", "2026-13-01", "2026-00-10", "2026-02-29", "2100-02-29",
            "2026-04-31",
            "2026-01-00", "2026-01-08T", "2026-01-08T16", "2026-01-08T24:00:00Z", "2026-01-08T16:60:00Z",
            "2026-01-08T16:23:61Z", "2026-01-08T16:23:44.Z", "2026-01-08T16:23:44ZZ", "2026-01-08T16:23:44 Z",
            "2026-01-08T16:23:44+1", "2026-01-08T16:23:44+01:60", "2026-01-08T16:23:44+24:00", "2026-01-08Z",
            "0000-01-01T00:00:00+01:00", "9999-12-31T23:59:59-01:00", "+002026-01-08T16:23:44Z", "20260108T162344Z",
            "1767889424x", "1767889424.1.2", "-1767889424", "99999999999999999999999", "２026-01-08",
        ]
    )
    func refuses(text: String) {
        #expect(Timestamp.parse(text) == nil)
    }

    @Test("reads Unix times as seconds or milliseconds")
    func unix() throws {
        for (number, expected) in [
            ("1767889424", Self.time), ("1767889424.123456", Self.time + 123_456),
            ("1767889424123", Self.time + 123_000),
            ("1767889424123.4", Self.time + 123_400), ("0", 0), ("-1.5", -1_500_000), ("1.767889424e9", Self.time),
            ("1e18", nil), ("-1e300", nil), ("true", nil), ("null", nil), ("\"2026-01-08T16:23:44Z\"", Self.time),
            ("{}", nil),
        ] as [(String, Int64?)] {
            #expect(Timestamp.parse(try JSONDocument(number).root) == expected, "\(number)")
        }
        #expect(Timestamp.microseconds(unix: .nan) == nil)
        #expect(Timestamp.microseconds(unix: .infinity) == nil)
    }

    @Test("writes what it reads, over all years")
    func roundTrip() {
        var random = SeededGenerator(seed: 11)
        for _ in 0..<5000 {
            let time = Int64.random(in: -62_167_219_200_000_000...253_402_300_799_999_999, using: &random)
            let text = Timestamp.format(time)
            #expect(text.utf8.count == Timestamp.width)
            #expect(Timestamp.parse(text) == time, "\(text)")
        }
        #expect(Timestamp.format(Self.time + 123_456) == "2026-01-08T16:23:44.123456Z")
        #expect(Timestamp.format(.max) == "9999-12-31T23:59:59.999999Z")
        #expect(Timestamp.format(.min) == "0000-01-01T00:00:00.000000Z")
    }

    @Test("agrees with Foundation's calendar")
    func foundation() {
        var random = SeededGenerator(seed: 12)
        for _ in 0..<2000 {
            // Foundation's formatter knows the Julian calendar before 1582; the range here is later.
            let seconds = Int64.random(in: -10_000_000_000...200_000_000_000, using: &random)
            let expected = Date(timeIntervalSince1970: Double(seconds)).formatted(.iso8601)
            #expect(Timestamp.format(seconds * 1_000_000).prefix(19) == expected.prefix(19))
        }
    }
}
