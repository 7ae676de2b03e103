import Kernel
import Postgres

/// Has all modules remove what they hold about a person, in one transaction.
struct AccountErasure: Sendable {
    let services: KernelServices
    let data: any PersonalDataStore

    /// - Parameter record: the entry of the audit log, which follows the rename.
    func erase(_ handle: String, record: PostgresQuery) async throws {
        var triesLeft = 3
        while true {
            do {
                return try await services.database.transaction { transaction in
                    // Others who write for this handle have finished, or wait and then find nobody.
                    try await data.lock(handle, in: transaction)
                    try await transaction.query(record)
                    try await services.people.erase(handle, in: transaction)
                }
            } catch let error as PostgresError where error.sqlState?.isTransient == true && triesLeft > 1 {
                // Somebody else's write stood in the way of one of many tables.
                triesLeft -= 1
            }
        }
    }
}
