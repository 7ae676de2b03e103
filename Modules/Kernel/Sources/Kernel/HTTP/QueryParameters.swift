/// The query of a request's address. Reads names as they stand; the last one of a name wins, as in the original.
public struct QueryParameters: Sendable {
    private let pairs: [(name: String, value: String)]

    /// - Parameter text: what follows the `?`, not decoded. Pairs that are no UTF-8 are kept as unreadable.
    init(_ text: Substring?) {
        guard let text, !text.isEmpty else {
            pairs = []
            return
        }
        pairs = text.utf8.split(separator: UInt8(ascii: "&")).map { pair in
            let parts = pair.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
            let name = QueryParameters.decoded(parts[0]) ?? ""
            let value = parts.count > 1 ? QueryParameters.decoded(parts[1]) ?? "\u{0}" : ""
            return (name, value)
        }
    }

    /// The value, `nil` when absent or empty.
    ///
    /// - Throws: 400 when it holds U+0000 or is no UTF-8.
    public func optional(_ name: String) throws(APIError) -> String? {
        guard let value = pairs.last(where: { $0.name == name })?.value, !value.isEmpty else { return nil }
        guard !value.utf8.contains(0) else { throw .invalid(field: name, "is not readable text.") }
        return value
    }

    /// The first present of several names that mean the same.
    public func optional(_ names: String...) throws(APIError) -> String? {
        for name in names {
            if let value = try optional(name) { return value }
        }
        return nil
    }

    /// Whether the value is the literal `true`, as the original compares flags.
    public func flag(_ name: String) -> Bool {
        pairs.last { $0.name == name }?.value == "true"
    }

    /// A whole number. Out of range counts as the nearest bound, as the original clamps it.
    ///
    /// - Throws: 400 when it is no number.
    public func int(_ name: String, default fallback: Int, in range: ClosedRange<Int>) throws(APIError) -> Int {
        guard let text = try optional(name) else { return fallback }
        guard let number = Int(text) else { throw .invalid(field: name, "must be a whole number.") }
        return min(max(number, range.lowerBound), range.upperBound)
    }

    private static func decoded(_ text: Substring.UTF8View.SubSequence) -> String? {
        decoded(text, plusIsSpace: true)
    }

    /// Decodes `%XX` in a path component. `nil` when the bytes are no UTF-8 or an escape is broken.
    static func percentDecoded(_ text: String) -> String? {
        decoded(Substring(text).utf8[...], plusIsSpace: false)
    }

    private static func decoded(_ text: Substring.UTF8View.SubSequence, plusIsSpace: Bool) -> String? {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.count)
        var iterator = text.makeIterator()
        while let byte = iterator.next() {
            switch byte {
            case UInt8(ascii: "%"):
                guard let high = iterator.next().flatMap(hexDigit), let low = iterator.next().flatMap(hexDigit) else {
                    return nil
                }
                bytes.append(high << 4 | low)
            case UInt8(ascii: "+") where plusIsSpace:
                bytes.append(UInt8(ascii: " "))
            default:
                bytes.append(byte)
            }
        }
        return String(validating: bytes, as: UTF8.self)
    }

    private static func hexDigit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}
