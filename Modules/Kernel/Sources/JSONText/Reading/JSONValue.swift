/// One value of a `JSONDocument`: a place in its bytes, decoded when asked.
public struct JSONValue: Sendable {
    /// The six kinds of RFC 8259, section 3 (`true` and `false` are one here).
    public enum Kind: UInt8, Sendable {
        case object, array, string, number, bool, null
    }

    let storage: JSONStorage
    let index: Int

    var token: JSONToken { storage.tokens[index] }

    public var kind: Kind { token.kind }

    /// Where the value lies in the document's bytes, with its quotes or brackets.
    public var range: Range<Int> { Int(token.start)..<Int(token.end) }

    /// The value's bytes exactly as they came, for splicing and for signatures.
    public var raw: ArraySlice<UInt8> { storage.bytes[range] }

    /// Calls `body` with the bytes of `raw`, without a copy. They must not leave the closure.
    public func withRawBytes<R, E: Error>(_ body: (UnsafeRawBufferPointer) throws(E) -> R) throws(E) -> R {
        try storage.bytes.withUnsafeBufferPointer { (bytes) throws(E) in
            try body(UnsafeRawBufferPointer(UnsafeBufferPointer(rebasing: bytes[range])))
        }
    }

    /// The text of a string, escapes decoded; a lone surrogate becomes U+FFFD. Nil for any other kind.
    public var string: String? {
        guard token.kind == .string else { return nil }
        let escaped = token.flags.contains(.escaped)
        return storage.withContent(index) { content in
            escaped ? StringEscape.decode(content) : String(decoding: content, as: UTF8.self)
        }
    }

    /// Whether U+0000 is in this string, or in any string or name inside this object or array.
    public var hasNUL: Bool { token.flags.contains(.nul) }

    /// Whether a surrogate escape without its partner is in it, likewise.
    public var hasLoneSurrogate: Bool { token.flags.contains(.loneSurrogate) }

    /// The number if it is exactly an integer of 64 bits, however written: `1000`, `1e3`, `1000.0`; otherwise nil.
    public var int64: Int64? {
        token.kind == .number ? withRawBytes { NumberText.int64($0) } : nil
    }

    /// The nearest double; nil for any other kind and for numbers beyond a double's range.
    public var double: Double? {
        guard token.kind == .number else { return nil }
        let value = withRawBytes { NumberText.double($0) }
        return value.isFinite ? value : nil
    }

    public var bool: Bool? {
        token.kind == .bool ? storage.bytes[Int(token.start)] == UInt8(ascii: "t") : nil
    }

    public var isNull: Bool { token.kind == .null }
}
