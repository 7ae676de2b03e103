/// Something that a backfill did not take over as it stood, with the raw bytes.
public struct Finding: Hashable, Sendable {
    /// What became of it.
    public enum Outcome: String, Hashable, Sendable {
        /// Taken over in another form, for which the raw bytes stand here.
        case altered
        /// Not taken over.
        case skipped
        /// Taken over under another id.
        case conflict
    }

    public let outcome: Outcome
    /// A sentence for the report; few different ones, since it is counted by them.
    public let reason: String
    /// The key of the old store.
    public let source: [UInt8]
    /// The place in the key's value, from 0.
    public let place: Int
    /// What stands there.
    public let value: [UInt8]

    public init(_ outcome: Outcome, _ reason: String, source: [UInt8], place: Int, value: [UInt8]) {
        self.outcome = outcome
        self.reason = reason
        self.source = source
        self.place = place
        self.value = value
    }

    /// The same about a record that was staged.
    public init(_ outcome: Outcome, _ reason: String, _ record: StagedRecord) {
        self.init(outcome, reason, source: record.source, place: record.place, value: record.value)
    }
}
