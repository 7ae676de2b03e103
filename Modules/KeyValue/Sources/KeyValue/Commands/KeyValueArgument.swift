/// What can stand as an argument of a ``KeyValueCommand``.
public protocol KeyValueArgument: Sendable {
    /// The bytes that are sent.
    var keyValueBytes: [UInt8] { get }
}

extension String: KeyValueArgument {
    /// The text in UTF-8.
    public var keyValueBytes: [UInt8] { Array(utf8) }
}

extension Array: KeyValueArgument where Element == UInt8 {
    /// The bytes themselves.
    public var keyValueBytes: [UInt8] { self }
}

extension Int: KeyValueArgument {
    /// The number in decimal digits.
    public var keyValueBytes: [UInt8] { Array(String(self).utf8) }
}

extension Int64: KeyValueArgument {
    /// The number in decimal digits.
    public var keyValueBytes: [UInt8] { Array(String(self).utf8) }
}
