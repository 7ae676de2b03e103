/// Text as a raw, multi-line Swift literal. Byte arrays would compile hundreds of times slower.
enum RawStringLiteral {
    /// A literal whose value is `text`, byte for byte.
    static func render(_ text: String) -> String {
        let pounds = String(repeating: "#", count: poundCount(text))
        var literal = pounds + "\"\"\"\n"
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\n", "\t": literal.unicodeScalars.append(scalar)
            // The compiler reads every kind of line break in a literal as \n, and refuses other control characters.
            case "\r": literal += "\\" + pounds + "r"
            case "\u{0}"..."\u{1F}", "\u{7F}", "\u{FEFF}":
                literal += "\\" + pounds + "u{" + String(scalar.value, radix: 16) + "}"
            default: literal.unicodeScalars.append(scalar)
            }
        }
        // The last line break belongs to the delimiter, not to the value.
        return literal + "\n\"\"\"" + pounds
    }

    /// One more than the longest run of `#` after a quote or a backslash, so that neither ends the literal nor
    /// begins an escape.
    private static func poundCount(_ text: String) -> Int {
        var longest = 0
        var run: Int?
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"): run = 0
            case UInt8(ascii: "#"): run = run.map { $0 + 1 }
            default: run = nil
            }
            longest = max(longest, run ?? 0)
        }
        return longest + 1
    }
}
