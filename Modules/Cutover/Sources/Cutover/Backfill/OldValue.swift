/// A key of the old store with its raw value.
public struct OldValue: Sendable {
    /// By the type of the value.
    public enum Content: Sendable {
        case string([UInt8])
        case list([[UInt8]])
        case set([[UInt8]])
        case hash([(field: [UInt8], value: [UInt8])])
        case sortedSet([(member: [UInt8], score: Double)])
    }

    public let key: [UInt8]
    public let pattern: KeyPattern
    public let content: Content
    /// The value of the key that the data set asked for beside this one.
    public let companion: Content?

    /// What follows the pattern's beginning, as text.
    public var suffix: String { String(decoding: key.dropFirst(pattern.prefix.count), as: UTF8.self) }
}
