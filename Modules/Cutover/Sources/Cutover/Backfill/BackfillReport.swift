/// What a backfill did, in numbers.
public struct BackfillReport: Hashable, Sendable {
    /// How many of something: `keys` by pattern, `records`, and rows `written`, `changed` and `unchanged`.
    public struct Count: Hashable, Sendable {
        public let set: String
        public let what: String
        public let pattern: String
        public let total: Int
    }

    /// How often a reason was found, in this run and earlier ones.
    public struct Reason: Hashable, Sendable {
        public let set: String
        public let outcome: String
        public let reason: String
        public let total: Int
    }

    public let counts: [Count]
    public let findings: [Reason]

    /// The sum of the counts.
    public func total(_ what: String, of set: DataSetName) -> Int {
        counts.filter { $0.what == what && $0.set == set.rawValue }.reduce(0) { $0 + $1.total }
    }
}
