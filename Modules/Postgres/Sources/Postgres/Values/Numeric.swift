#if canImport(Glibc)
import Glibc
#endif

/// Reads the binary form of `numeric`: a header of four 16-bit numbers (count of digits, weight of the first one,
/// sign, scale) and digits to base 10,000. Source: `numeric_send` in `numeric.c` of Postgres.
struct Numeric {
    private let digits: [Int16]
    private let weight: Int
    private let sign: UInt16

    init(_ bytes: UnsafeRawBufferPointer) throws {
        guard bytes.count >= 8, bytes.count % 2 == 0 else { throw PostgresError.decoding("a malformed numeric") }
        func number(at index: Int) -> Int16 {
            Int16(bigEndian: bytes.loadUnaligned(fromByteOffset: 2 * index, as: Int16.self))
        }
        guard Int(number(at: 0)) == bytes.count / 2 - 4 else { throw PostgresError.decoding("a malformed numeric") }
        weight = Int(number(at: 1))
        sign = UInt16(bitPattern: number(at: 2))
        digits = (4..<bytes.count / 2).map(number)
    }

    private var isNegative: Bool { sign == 0x4000 }

    var double: Double {
        switch sign {
        case 0xC000: return .nan
        case 0xD000: return .infinity
        case 0xF000: return -.infinity
        default: break
        }
        var value = 0.0
        for digit in digits { value = value * 10_000 + Double(digit) }
        value *= pow(10_000, Double(weight + 1 - digits.count))
        return isNegative ? -value : value
    }

    /// The number, if it is whole and fits.
    var int64: Int64? {
        guard sign == 0 || isNegative else { return nil }
        // Trailing zero digits are not stored: a whole number has at most `weight + 1` digits.
        guard digits.count <= max(weight + 1, 0) else { return nil }
        var value: Int64 = 0
        for position in 0..<max(weight + 1, 0) {
            let digit = position < digits.count ? Int64(digits[position]) : 0
            let (scaled, overflowed) = value.multipliedReportingOverflow(by: 10_000)
            let (sum, overflowedAgain) = scaled.subtractingReportingOverflow(digit)
            if overflowed || overflowedAgain { return nil }
            value = sum
        }
        // Built up negative, because Int64.min has no positive counterpart.
        if isNegative { return value }
        return value == .min ? nil : -value
    }
}
