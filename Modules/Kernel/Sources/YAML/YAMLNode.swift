/// Where something stands in a YAML text. Lines and columns count from 1, columns in Unicode scalars, as editors do.
public struct YAMLMark: Sendable, Hashable {
    /// The line, from 1.
    public var line: Int
    /// The column, from 1.
    public var column: Int

    /// A position; both numbers count from 1.
    public init(line: Int, column: Int) {
        self.line = line
        self.column = column
    }
}

/// One value of a YAML document with its position. An alias has become a copy of what its anchor names, position
/// included: an error inside it points to where the text stands.
public struct YAMLNode: Sendable, Equatable {
    /// What a node holds.
    public enum Content: Sendable, Equatable {
        /// A single value.
        case scalar(YAMLScalar)
        /// A list.
        case sequence([YAMLNode])
        /// Entries in the order of the text; no key occurs twice.
        case mapping([YAMLEntry])
    }

    /// The value.
    public var content: Content
    /// Where the value begins.
    public var mark: YAMLMark

    /// A node; for those who assemble documents from parts.
    public init(_ content: Content, mark: YAMLMark) {
        self.content = content
        self.mark = mark
    }

    /// The scalar, or nil if the node is something else.
    public var scalar: YAMLScalar? {
        if case .scalar(let scalar) = content { scalar } else { nil }
    }

    /// The items of a sequence, or nil if the node is something else.
    public var sequence: [YAMLNode]? {
        if case .sequence(let items) = content { items } else { nil }
    }

    /// The entries of a mapping, or nil if the node is something else.
    public var mapping: [YAMLEntry]? {
        if case .mapping(let entries) = content { entries } else { nil }
    }

    /// The value under `key`, or nil if the node is no mapping or has no such key.
    public subscript(key: String) -> YAMLNode? {
        mapping?.first { $0.key == key }?.value
    }
}

/// One entry of a mapping.
public struct YAMLEntry: Sendable, Equatable {
    /// The key's text.
    public var key: String
    /// Where the key stands.
    public var keyMark: YAMLMark
    /// The value.
    public var value: YAMLNode

    /// An entry; for those who assemble documents from parts.
    public init(key: String, keyMark: YAMLMark, value: YAMLNode) {
        self.key = key
        self.keyMark = keyMark
        self.value = value
    }
}
