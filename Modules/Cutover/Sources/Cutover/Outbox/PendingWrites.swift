import Kernel
public import KeyValue
import Logging
import Postgres

/// The writes to KV that are made before the answer, while KV is read.
///
/// The caller's open Postgres transaction has claimed the id, and holds ``CopyOutbox/lock(_:)``. The write and an entry
/// in `vibe:cutover:pending:<set>` go to KV as one step; then the transaction commits; then the answer goes out; then
/// the entry goes. Whatever happens in between, the entry and the claim together say what is true (design, section 8).
public struct PendingWrites: Sendable {
    let kv: KeyValueClient
    let repairs: RepairStore
    let timeout: Duration
    let clock: WallClock
    let logger: Logger

    static func key(of set: DataSetName) -> String { "vibe:cutover:pending:\(set.phased)" }

    /// Writes to KV, as the last thing before the transaction's commit.
    ///
    /// - Throws: what must roll the transaction back: 503 `phase_unknown`, or `KeyValueError`. If its outcome is
    ///   unknown, the entity is in the queue of repairs.
    public func write(_ commands: [KeyValueCommand], _ entity: EntityName, _ permit: PhasePermit) async throws {
        try permit.check()
        let milliseconds = Int64(clock.now.microseconds / 1_000)
        let entry = KeyValueCommand("HSET", Self.key(of: entity.set), entity.field, milliseconds)
        var hasEntry = false
        do {
            let results = try await kv.transaction([entry] + commands, timeout: timeout)
            hasEntry = true
            for result in results { _ = try result.get() }
        } catch {
            // A command that failed undoes none of the others: what they did must be taken back.
            if hasEntry || (error as? KeyValueError)?.isOutcomeUnknown ?? true {
                try? await repairs.note(entity, error: SafeText.of(error))
            }
            throw error
        }
        try permit.check()
    }

    /// Removes the entry, once the transaction has committed. If that fails, the next repair does.
    public func done(_ entity: EntityName) async {
        do {
            try await kv.send(KeyValueCommand("HDEL", Self.key(of: entity.set), entity.field), timeout: timeout)
        } catch {
            logger.debug("an entry stays for the repair", metadata: ["cause": "\(SafeText.of(error))"])
        }
    }
}
