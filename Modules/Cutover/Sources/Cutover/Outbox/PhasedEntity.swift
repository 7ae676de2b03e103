public import KeyValue
public import Postgres

/// A kind of thing that both stores hold: what the module's KV target tells the engine of copies and repairs.
public protocol PhasedEntity: Sendable {
    /// The data set that it belongs to.
    var dataSet: DataSetName { get }

    /// Names the kind in Postgres and KV: lower-case letters and `_`. Unique within the data set, and never renamed.
    var kind: String { get }

    /// What brings KV to the state that Postgres has now, whatever KV holds: run as one step, and again after a doubt.
    ///
    /// State, not operations: order and repetition must not matter. A thing that is gone from Postgres leaves KV.
    func commands(bringing key: String, in postgres: any PostgresExecutor) async throws -> [KeyValueCommand]

    /// Whether Postgres holds the claim on this key: whether the transaction of a write to KV was committed.
    func isClaimed(_ key: String, in postgres: any PostgresExecutor) async throws -> Bool

    /// What takes a write back from KV whose transaction was rolled back.
    func commands(undoing key: String) async throws -> [KeyValueCommand]
}

/// One thing in both stores.
public struct EntityName: Hashable, Sendable {
    public let set: DataSetName
    public let kind: String
    public let key: String

    public init(_ set: DataSetName, kind: String, key: String) {
        self.set = set.phased
        self.kind = kind
        self.key = key
    }

    /// As a field of the hash of pending writes: kinds have no space.
    var field: String { "\(kind) \(key)" }

    init?(_ set: DataSetName, field: String) {
        guard let space = field.firstIndex(of: " ") else { return nil }
        self.init(set, kind: String(field[..<space]), key: String(field[field.index(after: space)...]))
    }
}

/// The kinds of all data sets that there are.
struct EntityCatalogue: Sendable {
    private let entities: [String: any PhasedEntity]
    let sets: [DataSetName]

    init(_ entities: [any PhasedEntity]) {
        self.entities = Dictionary(
            entities.map { ("\($0.dataSet.phased) \($0.kind)", $0) },
            uniquingKeysWith: { first, _ in first }
        )
        sets = DataSetName.withPhase.filter { set in entities.contains { $0.dataSet.phased == set } }
    }

    subscript(name: EntityName) -> (any PhasedEntity)? { entities["\(name.set) \(name.kind)"] }
}
