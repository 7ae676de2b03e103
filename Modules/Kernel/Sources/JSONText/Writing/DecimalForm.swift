/// The shortest decimal digits that read back as a given finite double, and how two languages print them.
struct DecimalForm {
    let isNegative: Bool
    /// Digits without leading or trailing zeros; of zero, none.
    let digits: [UInt8]
    /// Where the decimal point stands, counted from before the first digit: 0.d₁d₂… × 10^point.
    let point: Int

    init(_ value: Double) {
        // Swift prints the shortest digits that round-trip, the nearest of them (SwiftDtoa), as JavaScript and Python
        // do; only where it puts the point differs.
        let text = value.description.utf8
        isNegative = text.first == UInt8(ascii: "-")
        var (digits, point, exponent) = ([UInt8](), 0, 0)
        var (seenPoint, at) = (false, text.startIndex)
        scan: while at < text.endIndex {
            switch text[at] {
            case UInt8(ascii: "0")...UInt8(ascii: "9"):
                if !digits.isEmpty || text[at] != UInt8(ascii: "0") {
                    digits.append(text[at])
                    if !seenPoint { point += 1 }
                } else if seenPoint {
                    point -= 1
                }
            case UInt8(ascii: "."):
                seenPoint = true
            case UInt8(ascii: "e"):
                exponent = Int(Substring(text[text.index(after: at)...])) ?? 0
                break scan
            default: break
            }
            at = text.index(after: at)
        }
        while digits.last == UInt8(ascii: "0") { digits.removeLast() }
        self.digits = digits
        self.point = point + exponent
    }

    /// As ECMAScript's Number::toString (ES2024, 6.1.6.1.20): plain from 1e-6 to below 1e21; -0 is "0".
    var javaScript: String {
        guard !digits.isEmpty else { return "0" }
        return sign + (point > -6 && point <= 21 ? plain : scientific(exponentWidth: 1))
    }

    /// As Python's `repr(float)`: plain from 1e-4 to below 1e16, then always with a fraction; -0.0 keeps its sign.
    var python: String {
        guard !digits.isEmpty else { return sign + "0.0" }
        guard point > -4, point <= 16 else { return sign + scientific(exponentWidth: 2) }
        return sign + plain + (point >= digits.count ? ".0" : "")
    }

    private var sign: String { isNegative ? "-" : "" }

    private func text(_ digits: some Collection<UInt8>) -> String { String(decoding: digits, as: UTF8.self) }

    private var plain: String {
        if point <= 0 { return "0." + String(repeating: "0", count: -point) + text(digits) }
        if point >= digits.count { return text(digits) + String(repeating: "0", count: point - digits.count) }
        return text(digits[..<point]) + "." + text(digits[point...])
    }

    private func scientific(exponentWidth: Int) -> String {
        let fraction = digits.count > 1 ? "." + text(digits[1...]) : ""
        let exponent = String((point - 1).magnitude)
        let padding = String(repeating: "0", count: max(0, exponentWidth - exponent.utf8.count))
        return text(digits[..<1]) + fraction + "e" + (point > 0 ? "+" : "-") + padding + exponent
    }
}
