import KeyValue
import Logging
import Postgres

/// Brings KV to what Postgres holds: for each entity in the outbox it reads the present state and writes that.
struct CopyWorker: Sendable {
    let phases: Phases
    let catalogue: EntityCatalogue
    let store: CopyStore
    let kv: KeyValueClient
    let batch: Int
    let logger: Logger

    /// How long KV may take for one copy. The lock on the entity is held meanwhile.
    static let timeout: Duration = .seconds(5)

    /// Makes the copies that are due, of all data sets whose phase lets them be sent.
    ///
    /// - Returns: how many were made.
    func run() async throws -> Int {
        var made = 0
        for set in catalogue.sets {
            guard let behaviour = try? phases.current(set), behaviour.kvWrites != .noted else { continue }
            for waiting in try await store.due(in: set, limit: batch) {
                do {
                    if try await copy(waiting.entity) { made += 1 }
                } catch is CancellationError {
                    throw CancellationError()
                } catch {
                    // One that fails does not keep the others waiting.
                    try await store.postpone(waiting, because: SafeText.of(error))
                    logger.warning(
                        "a copy to KV failed",
                        metadata: ["set": "\(set)", "cause": "\(SafeText.of(error))"]
                    )
                }
            }
        }
        return made
    }

    /// Makes one copy. After a doubt the row stays, and the copy is made again.
    ///
    /// - Returns: `false` if it is no longer wanted, or somebody else is at it.
    func copy(_ entity: EntityName) async throws -> Bool {
        guard let kind = catalogue[entity] else { throw UnknownKind(kind: entity.kind) }
        return try await store.database.transaction { transaction in
            guard try await store.tryLock(entity, in: transaction),
                let version = try await store.version(of: entity, in: transaction)
            else { return false }
            let commands = try await kind.commands(bringing: entity.key, in: transaction)
            for result in try await kv.transaction(commands, timeout: Self.timeout) { _ = try result.get() }
            try await store.remove(entity, version: version, in: transaction)
            return true
        }
    }
}

/// An entity of a kind that no KV target of this version knows.
struct UnknownKind: Error, CustomStringConvertible {
    let kind: String
    var description: String { "No KV target knows the kind \(kind)." }
}
