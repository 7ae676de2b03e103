extension JSONValue {
    /// The member of this name; of several, the last, as in JavaScript. Nil if there is none or this is no object.
    ///
    /// Names are compared by code units: no Unicode normalisation. The members are walked, not hashed: bodies
    /// have a dozen of them.
    public subscript(name: String) -> JSONValue? {
        guard token.kind == .object else { return nil }
        var name = name
        return name.withUTF8 { name in
            var found: JSONValue?
            var key = index + 1
            let end = Int(token.next)
            while key < end {
                if storage.string(at: key, equals: name) { found = JSONValue(storage: storage, index: key + 1) }
                key = Int(storage.tokens[key + 1].next)
            }
            return found
        }
    }

    /// An object's members in document order, duplicates included; of any other kind, none.
    public var members: Members {
        Members(storage: storage, at: index + 1, end: token.kind == .object ? Int(token.next) : index + 1)
    }

    /// An array's elements in order; of any other kind, none.
    public var elements: Elements {
        Elements(storage: storage, at: index + 1, end: token.kind == .array ? Int(token.next) : index + 1)
    }

    /// A walk over members.
    public struct Members: Sequence, IteratorProtocol, Sendable {
        let storage: JSONStorage
        var at: Int
        let end: Int

        public mutating func next() -> (key: String, value: JSONValue)? {
            guard let (key, value) = nextPair() else { return nil }
            return (key.string ?? "", value)
        }

        /// Key and value, both undecoded.
        mutating func nextPair() -> (key: JSONValue, value: JSONValue)? {
            guard at < end else { return nil }
            let key = JSONValue(storage: storage, index: at)
            let value = JSONValue(storage: storage, index: at + 1)
            at = Int(value.token.next)
            return (key, value)
        }
    }

    /// A walk over elements.
    public struct Elements: Sequence, IteratorProtocol, Sendable {
        let storage: JSONStorage
        var at: Int
        let end: Int

        public mutating func next() -> JSONValue? {
            guard at < end else { return nil }
            let value = JSONValue(storage: storage, index: at)
            at = Int(value.token.next)
            return value
        }
    }
}

extension JSONStorage {
    /// Whether the string at `index` decodes to `text`.
    fileprivate func string(at index: Int, equals text: UnsafeBufferPointer<UInt8>) -> Bool {
        let token = tokens[index]
        let length = Int(token.end - token.start) - 2
        if token.flags.contains(.escaped) {
            guard length >= text.count else { return false }
            return withContent(index) { StringEscape.decode($0).utf8.elementsEqual(text) }
        }
        guard length == text.count else { return false }
        return withContent(index) { $0.elementsEqual(text) }
    }
}
