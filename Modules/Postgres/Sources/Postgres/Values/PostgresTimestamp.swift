#if canImport(FoundationEssentials)
public import FoundationEssentials
#else
public import Foundation
#endif

#if canImport(Glibc)
import Glibc
#endif

/// A moment: microseconds since 1970-01-01 00:00 UTC, leap seconds not counted. Column type `timestamptz`.
public struct PostgresTimestamp: Hashable, Comparable, Sendable {
    /// Microseconds since the Unix epoch, UTC.
    public var microseconds: Int64

    /// A moment by its microseconds since the Unix epoch, UTC.
    @inlinable
    public init(microseconds: Int64) {
        self.microseconds = microseconds
    }

    /// Later than every moment.
    @inlinable public static var infinity: Self { .init(microseconds: .max) }

    /// Earlier than every moment.
    @inlinable public static var negativeInfinity: Self { .init(microseconds: .min) }

    /// The moment of the call.
    public static var now: Self {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return .init(microseconds: Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1000)
    }

    /// Earlier moments come first.
    @inlinable
    public static func < (left: Self, right: Self) -> Bool {
        left.microseconds < right.microseconds
    }

    /// From 1970-01-01 to 2000-01-01, where Postgres counts from, in microseconds.
    @usableFromInline static var postgresEpoch: Int64 { 946_684_800_000_000 }

    /// Reads Postgres' count since 2000-01-01. Its infinities stay what they are; moments after the year 294,246,
    /// which do not fit, become `infinity`.
    @inlinable
    init(sincePostgresEpoch count: Int64) {
        if count == .min {
            microseconds = .min
        } else {
            let (sum, overflowed) = count.addingReportingOverflow(Self.postgresEpoch)
            microseconds = overflowed ? .max : sum
        }
    }

    /// Postgres' count since 2000-01-01; `nil` for moments before what it can hold.
    var sincePostgresEpoch: Int64? {
        if microseconds == .max || microseconds == .min { return microseconds }
        let (difference, overflowed) = microseconds.subtractingReportingOverflow(Self.postgresEpoch)
        // 4714-11-24 BC, `MIN_TIMESTAMP` in `timestamp.h` of Postgres.
        return overflowed || difference < -211_813_488_000_000_000 ? nil : difference
    }
}

extension PostgresTimestamp: PostgresEncodable, PostgresDecodable {
    /// `timestamptz`
    @inlinable public static var postgresType: PostgresType { .timestamptz }

    /// Writes microseconds since 2000-01-01. Moments before 4714 BC are refused.
    public func encode(into writer: inout PostgresByteWriter) {
        guard let count = sincePostgresEpoch else {
            return writer.fail("a timestamp lies before the first one Postgres can hold")
        }
        writer.write(integer: count)
    }

    /// Reads `timestamptz`, and `timestamp` as UTC.
    public init(postgres bytes: UnsafeRawBufferPointer, type: PostgresType) throws {
        guard type == .timestamptz || type == .timestamp else { throw PostgresError.mismatch(type, Self.self) }
        self.init(sincePostgresEpoch: try Int64(bigEndianBytes: bytes))
    }
}

extension Date: PostgresEncodable, PostgresDecodable {
    /// `timestamptz`
    @inlinable public static var postgresType: PostgresType { .timestamptz }

    /// Writes the moment, rounded to the microsecond. The infinities are kept; NaN, which is no moment, is refused.
    public func encode(into writer: inout PostgresByteWriter) {
        let microseconds = (timeIntervalSince1970 * 1e6).rounded()
        if microseconds.isNaN { return writer.fail("a date is not a number") }
        if microseconds.isInfinite {
            (microseconds > 0 ? PostgresTimestamp.infinity : .negativeInfinity).encode(into: &writer)
        } else if let count = Int64(exactly: microseconds) {
            PostgresTimestamp(microseconds: count).encode(into: &writer)
        } else {
            writer.fail("a date lies outside of what Postgres can hold")
        }
    }

    /// Reads `timestamptz`, and `timestamp` as UTC. `infinity` becomes a date of infinite distance.
    public init(postgres bytes: UnsafeRawBufferPointer, type: PostgresType) throws {
        switch try PostgresTimestamp(postgres: bytes, type: type) {
        case .infinity: self.init(timeIntervalSinceReferenceDate: .infinity)
        case .negativeInfinity: self.init(timeIntervalSinceReferenceDate: -.infinity)
        case let moment: self.init(timeIntervalSince1970: Double(moment.microseconds) / 1e6)
        }
    }
}
