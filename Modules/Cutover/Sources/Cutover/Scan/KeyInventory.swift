/// What the old store holds, by pattern.
public struct KeyInventory: Hashable, Sendable {
    /// The keys of one pattern and type.
    public struct Line: Hashable, Sendable {
        /// As the layout writes it; `nil`: no pattern fits.
        public let pattern: KeyPattern?
        /// Whether the name fits a pattern whose values have other types.
        public let isUnexpectedType: Bool
        public let type: KeyType
        /// Keys.
        public internal(set) var keys = 0
        /// Characters of strings; elements or fields of the others.
        public internal(set) var size: Int64 = 0
        /// Keys that lapse by themselves, and the longest time that is left to one, in milliseconds.
        public internal(set) var lapsing = 0
        public internal(set) var longestTTL: Int64 = 0
        /// Some of the keys, for those that no pattern fits.
        public internal(set) var examples: [[UInt8]] = []
    }

    /// By pattern, then type; unknown ones last.
    public internal(set) var lines: [Line] = []
    /// Commands that the scan cost.
    public internal(set) var commands = 0

    public var keys: Int { lines.reduce(0) { $0 + $1.keys } }

    /// Lines whose keys fit no pattern, or have a type that theirs does not.
    public var unknown: [Line] { lines.filter { $0.pattern == nil || $0.isUnexpectedType } }
}
