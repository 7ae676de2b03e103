/// What a server answers to one command. The same over both transports.
public enum KeyValueReply: Hashable, Sendable {
    /// Nothing there: RESP's null string and null array.
    case null
    /// A 64-bit number.
    case integer(Int64)
    /// Raw bytes. Also the short texts by which a server reports success (`OK`, `QUEUED`, the answer to `TYPE`).
    case bytes([UInt8])
    /// Replies in order; they may nest.
    case array([KeyValueReply])
    /// The server refused the command, or one inside a transaction or script.
    case error(KeyValueError)

    /// The bytes; `nil` if the reply is something else.
    public var bytes: [UInt8]? {
        if case .bytes(let bytes) = self { bytes } else { nil }
    }

    /// The bytes as text; `nil` if the reply is something else or no valid UTF-8.
    public var text: String? {
        bytes.flatMap { String(validating: $0, as: UTF8.self) }
    }

    /// The number; `nil` if the reply is something else. Digits in ``bytes`` are no number.
    public var integer: Int64? {
        if case .integer(let integer) = self { integer } else { nil }
    }

    /// The elements; `nil` if the reply is something else.
    public var elements: [KeyValueReply]? {
        if case .array(let elements) = self { elements } else { nil }
    }

    /// Whether nothing was there.
    public var isNull: Bool { self == .null }

    /// `OK`, the usual report of success.
    public static let ok = KeyValueReply.bytes(Array("OK".utf8))
}
