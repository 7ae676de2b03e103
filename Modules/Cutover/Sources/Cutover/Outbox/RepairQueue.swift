import Kernel
public import KeyValue
import Logging
public import Postgres

/// Settles KV writes of which nobody knows what became of them.
///
/// The entry in KV says that the write is there, since both were one step; the claim in Postgres says whether its
/// transaction was committed. With a claim the write stays, without one it is taken back.
public struct RepairQueue: Sendable {
    let catalogue: EntityCatalogue
    let store: RepairStore
    let copies: CopyStore
    let kv: KeyValueClient
    let clock: WallClock
    let logger: Logger

    /// Entries younger than this belong to requests under way.
    static let age: Duration = .seconds(10)

    /// Settles all that is old enough: at start, and every minute.
    ///
    /// - Returns: how many were settled.
    func run(olderThan age: Duration = RepairQueue.age) async throws -> Int {
        var settled = 0
        for set in catalogue.sets {
            let noted = try await store.waiting(in: set)
            for entity in Set(noted).union(try await entries(of: set, olderThan: age)) {
                do {
                    try await repair(entity)
                    settled += 1
                } catch is CancellationError {
                    throw CancellationError()
                } catch {
                    try await store.note(entity, error: SafeText.of(error))
                    logger.warning("a repair failed", metadata: ["set": "\(set)", "cause": "\(SafeText.of(error))"])
                }
            }
        }
        return settled
    }

    /// Settles one entity: also to be called before a retry of the same id.
    ///
    /// It waits for the lock of the entity, so for the transaction of a write that is still under way.
    public func repair(_ entity: EntityName) async throws {
        guard let kind = catalogue[entity] else { throw UnknownKind(kind: entity.kind) }
        try await store.database.transaction { transaction in
            try await copies.lock(entity, in: transaction)
            let pending = PendingWrites.key(of: entity.set)
            let entry = try await kv.send(KeyValueCommand("HGET", pending, entity.field))
            if !entry.isNull {
                let isClaimed = try await kind.isClaimed(entity.key, in: transaction)
                let undo = isClaimed ? [] : try await kind.commands(undoing: entity.key)
                let commands = undo + [KeyValueCommand("HDEL", pending, entity.field)]
                for result in try await kv.transaction(commands, timeout: CopyWorker.timeout) { _ = try result.get() }
            }
            try await store.remove(entity, in: transaction)
        }
    }

    private func entries(of set: DataSetName, olderThan age: Duration) async throws -> [EntityName] {
        let reply = try await kv.send(KeyValueCommand("HGETALL", PendingWrites.key(of: set)))
        let texts = (reply.elements ?? []).map { $0.text ?? "" }
        let latest = Double(clock.now.microseconds) / 1_000 - age.seconds * 1_000
        return stride(from: 0, to: texts.count - 1, by: 2).compactMap { index in
            guard let time = Double(texts[index + 1]), time <= latest else { return nil }
            return EntityName(set, field: texts[index])
        }
    }
}
