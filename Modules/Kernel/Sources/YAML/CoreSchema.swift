/// The types of plain scalars.
enum CoreSchema {
    /// The long form of a core tag: `tag:yaml.org,2002:int`.
    static func tag(_ name: String) -> String { "tag:yaml.org,2002:" + name }

    /// The value of a plain scalar.
    /// - Throws: if it is an integer of more than 64 bits.
    static func value(of text: String) throws(InvalidScalar) -> YAMLScalar.Value {
        switch text {
        case "", "~", "null": return .null
        case "true": return .bool(true)
        case "false": return .bool(false)
        case ".nan", ".NaN", ".NAN": return .float(.nan)
        default: break
        }
        if let (digits, radix) = integerDigits(text) {
            guard let value = Int(digits, radix: radix) else {
                throw InvalidScalar(reason: "the integer does not fit in 64 bits; put it in quotes if it is text")
            }
            return .int(value)
        }
        return float(text).map { .float($0) } ?? .string(text)
    }

    /// The sign and digits of `[-+]?[0-9]+`, `0x[0-9a-fA-F]+` or `0o[0-7]+`.
    private static func integerDigits(_ text: String) -> (Substring, radix: Int)? {
        for (prefix, radix) in [("0x", 16), ("0o", 8)] where text.hasPrefix(prefix) {
            let digits = text.dropFirst(2)
            let fits = !digits.isEmpty && digits.utf8.allSatisfy { digit($0).map { $0 < radix } ?? false }
            return fits ? (digits, radix) : nil
        }
        let digits = text.hasPrefix("-") || text.hasPrefix("+") ? text.dropFirst() : text[...]
        return !digits.isEmpty && digits.utf8.allSatisfy(isDecimal) ? (text[...], 10) : nil
    }

    /// `[-+]? ( \. [0-9]+ | [0-9]+ ( \. [0-9]* )? ) ( [eE] [-+]? [0-9]+ )?`, or an infinity.
    private static func float(_ text: String) -> Double? {
        var rest = text.utf8[...]
        let isNegative = rest.first == UInt8(ascii: "-")
        if isNegative || rest.first == UInt8(ascii: "+") { rest.removeFirst() }
        if [".inf", ".Inf", ".INF"].contains(String(Substring(rest))) { return isNegative ? -.infinity : .infinity }

        func dropDigits() -> Int {
            let count = rest.prefix(while: isDecimal).count
            rest.removeFirst(count)
            return count
        }
        let whole = dropDigits()
        var fraction = 0
        if rest.first == UInt8(ascii: ".") {
            rest.removeFirst()
            fraction = dropDigits()
        }
        guard whole + fraction > 0 else { return nil }
        if rest.first == UInt8(ascii: "e") || rest.first == UInt8(ascii: "E") {
            rest.removeFirst()
            if rest.first == UInt8(ascii: "-") || rest.first == UInt8(ascii: "+") { rest.removeFirst() }
            guard dropDigits() > 0 else { return nil }
        }
        return rest.isEmpty ? Double(text) : nil
    }

    private static func isDecimal(_ byte: UInt8) -> Bool {
        UInt8(ascii: "0") <= byte && byte <= UInt8(ascii: "9")
    }

    private static func digit(_ byte: UInt8) -> Int? {
        Character(Unicode.Scalar(byte)).hexDigitValue
    }
}
