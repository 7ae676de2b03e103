public import JSONText

/// A JSON object of the old store, read as liberally as the original's own readers did.
public struct OldRecord: Sendable {
    public let object: JSONValue

    /// - Returns: `nil` for what is no JSON object; a JSON string that holds one is opened.
    public init?(_ bytes: [UInt8]) {
        guard let value = try? JSONDocument(bytes).root else { return nil }
        if value.kind == .object {
            object = value
        } else if let inner = value.string, let opened = try? JSONDocument(inner.utf8).root, opened.kind == .object {
            object = opened
        } else {
            return nil
        }
    }

    /// The member's text without U+0000; `nil` for null, for the four letters `null` when `nullText`, and for other kinds.
    public func text(_ name: String, nullText: Bool = false) -> String? {
        guard let text = object[name]?.string, !(nullText && text == "null") else { return nil }
        return ReadableText.withoutNUL(text)
    }

    /// The member, or its digits as a text.
    public func integer(_ name: String) -> Int64? {
        object[name]?.int64 ?? object[name]?.string.flatMap { Int64($0) }
    }

    /// Whether the member is `true`, as JSON or as a text.
    public func flag(_ name: String) -> Bool? {
        object[name]?.bool ?? object[name]?.string.flatMap { Bool($0) }
    }

    /// The first of the members that is a time, in microseconds since the epoch.
    public func time(_ names: String...) -> Int64? {
        names.lazy.compactMap { object[$0].flatMap { Timestamp.parse($0) } }.first
    }
}
