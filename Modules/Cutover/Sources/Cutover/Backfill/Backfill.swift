public import KeyValue
public import Postgres

/// Moves data sets from the old store to Postgres.
///
/// First everything is read, page by page, into a staging table; then it is merged from there, entity by entity with all its
/// copies. Each page is one transaction that also keeps the place behind it: a backfill that was killed goes on where it was,
/// and what it repeats changes nothing. Memory holds one page.
public struct Backfill: Sendable {
    private let source: KeyReader
    private let database: PostgresClient
    private let store: BackfillStore
    private let sets: [any BackfillDataSet]
    private let progress: @Sendable (BackfillProgress) async throws -> Void

    /// Entities that one transaction merges.
    static let mergePage = 1_000

    /// - Parameters:
    ///   - client: its budget and rate are the backfill's.
    ///   - sets: in the order in which they are merged.
    ///   - progress: called after each page; what it throws stops the backfill there.
    public init(
        from client: KeyValueClient,
        to database: PostgresClient,
        sets: [any BackfillDataSet],
        progress: @escaping @Sendable (BackfillProgress) async throws -> Void = { _ in }
    ) {
        source = KeyReader(client: client)
        self.database = database
        self.sets = sets
        self.progress = progress
        store = BackfillStore(database: database, run: sets.map(\.name.rawValue).joined(separator: "+"))
    }

    /// Runs to the end, from wherever an earlier run of the same data sets stopped.
    ///
    /// - Throws: `KeyValueError` (also when the budget is used up) or `PostgresError`. Run again to go on.
    public func run() async throws -> BackfillReport {
        for type in [KeyType.string, .hash, .list, .set, .zset] where isRead(type) { try await stage(type) }
        for set in sets { try await merge(set) }
        for set in sets {
            try await database.transaction { transaction in try await set.finish(in: transaction) }
        }
        let report = try await store.report(of: sets.map(\.name))
        try await store.forget(sets.map(\.name))
        return report
    }

    // MARK: Reading

    private func isRead(_ type: KeyType) -> Bool {
        KeyPattern.all.contains { $0.types.contains(type) && set(reading: $0) != nil }
    }

    private func set(reading pattern: KeyPattern) -> (any BackfillDataSet)? {
        guard let name = pattern.dataSet else { return nil }
        return sets.first { $0.sources.contains(name) }
    }

    private func stage(_ type: KeyType) async throws {
        let step = "read:" + type.rawValue
        let place = try await store.position(of: step)
        if place?.isDone == true { return }
        let classifier = KeyClassifier()
        for try await page in source.pages(of: type, from: place?.position) {
            var wanted: [(key: [UInt8], pattern: KeyPattern, set: any BackfillDataSet)] = []
            for key in page.elements {
                guard case .known(let pattern) = classifier.classify(key, type: type), let set = set(reading: pattern)
                else { continue }
                wanted.append((key, pattern, set))
            }
            let batches = try await read(wanted, type: type)
            let counts = Dictionary(grouping: wanted) { $0.pattern }.map { pattern, keys in
                KeyCount(set: keys[0].set.name, what: "keys", pattern: pattern.name, total: keys.count)
            }
            try await store.stage(
                batches,
                counting: counts,
                step: step,
                position: page.next?.text ?? "0",
                isDone: page.next == nil
            )
            try await progress(.read(type, keys: wanted.count))
        }
    }

    private func read(
        _ wanted: [(key: [UInt8], pattern: KeyPattern, set: any BackfillDataSet)],
        type: KeyType
    ) async throws -> [(set: DataSetName, batch: RecordBatch)] {
        let contents = try await source.contents(of: wanted.map(\.key), type: type)
        let companions = wanted.compactMap { $0.set.companion(of: $0.key, pattern: $0.pattern) }
        var known: [[UInt8]: OldValue.Content] = [:]
        for (type, keys) in Dictionary(grouping: companions, by: \.type) {
            for (key, content) in zip(keys, try await source.contents(of: keys.map(\.key), type: type)) {
                known[key.key] = content
            }
        }
        var batches: [DataSetName: RecordBatch] = [:]
        for ((key, pattern, set), content) in zip(wanted, contents) {
            // It lapsed, or was deleted, since the scan.
            guard let content else { continue }
            let companion = set.companion(of: key, pattern: pattern).flatMap { known[$0.key] }
            let value = OldValue(key: key, pattern: pattern, content: content, companion: companion)
            set.read(value, into: &batches[set.name, default: RecordBatch()])
        }
        return batches.map { ($0.key, $0.value) }
    }

    // MARK: Merging

    private func merge(_ set: any BackfillDataSet) async throws {
        let step = "merge:" + set.name.rawValue
        let place = try await store.position(of: step)
        var last = place?.position ?? ""
        var isDone = place?.isDone ?? false
        while !isDone {
            let entities = try await store.entities(of: set.name, after: last, limit: Self.mergePage)
            last = entities.last?.first?.entity ?? last
            isDone = entities.isEmpty
            let position = store.positionStatement(of: step, at: last, isDone: isDone)
            try await database.transaction { transaction in
                let outcome = entities.isEmpty ? MergeOutcome() : try await set.merge(entities, in: transaction)
                if !outcome.findings.isEmpty {
                    try await transaction.query(FindingStatements.insertion(of: outcome.findings, in: set.name))
                }
                let counts = [
                    ("written", outcome.written), ("changed", outcome.changed), ("unchanged", outcome.unchanged),
                ]
                for (what, total) in counts where total > 0 {
                    try await transaction.query(
                        store.statement(adding: KeyCount(set: set.name, what: what, pattern: "", total: total))
                    )
                }
                try await transaction.query(position)
            }
            try await progress(.merged(set.name, entities: entities.count))
        }
    }
}

/// A page that is done and kept.
public enum BackfillProgress: Sendable {
    case read(KeyType, keys: Int)
    case merged(DataSetName, entities: Int)
}
