import Kernel
import Postgres

/// Where entries are kept.
protocol EngagementStore: Sendable {
    /// Stores a new entry.
    func add(_ entry: Entry, through writer: any RequestWriter) async throws

    /// The newest entries, or those before a place in the list.
    func newest(_ limit: Int, before cursor: EntryCursor?) async throws -> [Entry]

    func count() async throws -> Int

    /// Everything of one handle, oldest first.
    func all(of handle: String) async throws -> [Entry]

    /// Removes everything of one handle.
    func erase(_ handle: String, in transaction: PostgresTransaction) async throws
}
