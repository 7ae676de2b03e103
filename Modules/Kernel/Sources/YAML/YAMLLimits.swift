/// What a document may ask of the parser.
public struct YAMLLimits: Sendable {
    /// How deep sequences and mappings may nest. 64 is also the limit for JSON bodies.
    public var depth: Int
    /// How many nodes all aliases together may add: a few lines of aliases to aliases ("billion laughs") would
    /// otherwise stand for more nodes than memory holds.
    public var aliasedNodes: Int

    /// The limits; the defaults are far above any document of this project.
    public init(depth: Int = 64, aliasedNodes: Int = 100_000) {
        self.depth = depth
        self.aliasedNodes = aliasedNodes
    }
}
