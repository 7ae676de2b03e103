public import Postgres

/// How a data set leaves the old store.
///
/// `read` and `merge` are called any number of times for the same data, in any order: what they write must not depend on it.
public protocol BackfillDataSet: Sendable {
    var name: DataSetName { get }

    /// Whose keys it reads.
    var sources: Set<DataSetName> { get }

    /// Another key that has to be known to understand this one.
    func companion(of key: [UInt8], pattern: KeyPattern) -> (key: [UInt8], type: KeyType)?

    /// Takes a value apart into copies of entities. Nothing is dropped in silence: what is no copy is a finding.
    func read(_ value: OldValue, into batch: inout RecordBatch)

    /// Writes entities, each with all its copies, in a transaction that also keeps how far the backfill is.
    func merge(_ entities: [[StagedRecord]], in transaction: PostgresTransaction) async throws -> MergeOutcome

    /// What can be said only when all entities are there.
    func finish(in transaction: PostgresTransaction) async throws
}

extension BackfillDataSet {
    public var sources: Set<DataSetName> { [name] }
    public func companion(of key: [UInt8], pattern: KeyPattern) -> (key: [UInt8], type: KeyType)? { nil }
    public func finish(in transaction: PostgresTransaction) async throws {}
}

extension KeyPattern {
    /// The data set that reads these keys, if any does.
    var dataSet: DataSetName? {
        switch fate {
        case .migrated(let set, _), .index(let set, _): set
        case .waiting, .ephemeral, .archived: nil
        }
    }
}
