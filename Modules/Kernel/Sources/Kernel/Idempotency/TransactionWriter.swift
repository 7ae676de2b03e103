import Postgres
import Synchronization

/// Writes into the transaction of an idempotency key. A failed batch is undone, and another may follow.
final class TransactionWriter: RequestWriter {
    private let transaction: PostgresTransaction
    private let batches = Mutex<[PostgresQuery]>([])

    init(transaction: PostgresTransaction) {
        self.transaction = transaction
    }

    /// All statements that took effect, for when the transaction is committed.
    var written: [PostgresQuery] { batches.withLock { $0 } }

    /// The statements were undone.
    func forget() {
        batches.withLock { $0 = [] }
    }

    func write(_ batch: [PostgresQuery]) async throws -> [PostgresRows] {
        // One round trip, as without a key.
        let rows: [PostgresRows]
        do {
            rows = try await transaction.query(["SAVEPOINT batch"] + batch + ["RELEASE SAVEPOINT batch"])
        } catch {
            // If this fails too, the transaction cannot go on, which its next statement reports.
            _ = try? await transaction.query(["ROLLBACK TO SAVEPOINT batch", "RELEASE SAVEPOINT batch"])
            throw error
        }
        batches.withLock { $0 += batch }
        return Array(rows.dropFirst().dropLast())
    }
}
