/// The values of JSON's number texts. The input has been validated by `JSONScanner`.
enum NumberText {
    /// The integer that the text is exactly; nil if it has a fraction left or does not fit.
    static func int64(_ text: UnsafeRawBufferPointer) -> Int64? {
        let negative = text.first == UInt8(ascii: "-")
        // value = (digits seen so far) × 10^scale
        var (magnitude, scale, pendingZeros, isFraction) = (UInt64(0), 0, 0, false)
        var at = negative ? 1 : 0
        scan: while at < text.count {
            switch text[at] {
            case UInt8(ascii: "0")...UInt8(ascii: "9"):
                if isFraction { scale -= 1 }
                // Zeros are held back until a digit follows: trailing ones must not count as overflow or fraction.
                if text[at] == UInt8(ascii: "0") {
                    if magnitude > 0 { pendingZeros += 1 }
                } else {
                    let digit = UInt64(text[at] - UInt8(ascii: "0"))
                    guard let raised = raise(magnitude, by: pendingZeros + 1) else { return nil }
                    let (sum, overflow) = raised.addingReportingOverflow(digit)
                    guard !overflow else { return nil }
                    (magnitude, pendingZeros) = (sum, 0)
                }
            case UInt8(ascii: "."): isFraction = true
            default: break scan
            }
            at += 1
        }
        guard magnitude > 0 else { return 0 }
        if at < text.count { scale += exponent(text[(at + 1)...]) }
        scale += pendingZeros
        guard scale >= 0, let value = raise(magnitude, by: scale) else { return nil }
        guard negative else { return Int64(exactly: value) }
        return value <= Int64.min.magnitude ? Int64(truncatingIfNeeded: 0 &- value) : nil
    }

    /// `value` × 10^power; nil on overflow.
    private static func raise(_ value: UInt64, by power: Int) -> UInt64? {
        guard value > 0 else { return 0 }
        guard power <= 19 else { return nil }
        var value = value
        for _ in 0..<power {
            let (product, overflow) = value.multipliedReportingOverflow(by: 10)
            guard !overflow else { return nil }
            value = product
        }
        return value
    }

    /// The exponent behind the `e`, held within ±2^31: far beyond any use, and safe to add up.
    private static func exponent(_ text: Slice<UnsafeRawBufferPointer>) -> Int {
        var value = 0
        for byte in text where byte != UInt8(ascii: "-") && byte != UInt8(ascii: "+") {
            value = min(value * 10 + Int(byte - UInt8(ascii: "0")), 1 << 31)
        }
        return text.first == UInt8(ascii: "-") ? -value : value
    }

    /// The nearest double, infinite beyond the range, as JavaScript reads it.
    static func double(_ text: UnsafeRawBufferPointer) -> Double {
        // The scanner's grammar is a part of what Double reads: it cannot fail here.
        Double(String(decoding: text, as: UTF8.self)) ?? .nan
    }
}
