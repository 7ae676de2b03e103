/// One copy of an entity: a message in a list, a person's row in a hash.
public struct StagedRecord: Hashable, Sendable {
    /// What copies are merged by.
    public let entity: String
    /// The kind of copy, in the data set's words.
    public let kind: String
    /// The key it was found under, and the place in its value.
    public let source: [UInt8]
    public let place: Int
    /// As it stands in the old store.
    public let value: [UInt8]
    /// What the data set knows of it from elsewhere.
    public let note: String?

    public init(entity: String, kind: String, source: [UInt8], place: Int, value: [UInt8], note: String? = nil) {
        self.entity = entity
        self.kind = kind
        self.source = source
        self.place = place
        self.value = value
        self.note = note
    }
}

/// What a data set makes of some keys.
public struct RecordBatch: Sendable {
    public private(set) var records: [StagedRecord] = []
    public private(set) var findings: [Finding] = []

    public init() {}

    public mutating func add(_ record: StagedRecord) { records.append(record) }
    public mutating func add(_ finding: Finding) { findings.append(finding) }
}

/// What a merge did to rows.
public struct MergeOutcome: Sendable {
    /// Rows that were not there.
    public var written = 0
    /// Rows that gained something.
    public var changed = 0
    /// Rows that had everything already.
    public var unchanged = 0
    public var findings: [Finding] = []

    public init() {}
}
