import JSONText
import Kernel
import Postgres

/// What the module holds about one handle: all of it for its owner, and how it goes away.
struct PersonalData: Sendable {
    let store: any PersonalDataStore
    let ids: IdentifierSource
    let clock: WallClock
    let nameHash: NameHash

    /// How long the name of an erased handle rests before somebody else may have it (design §7).
    static let quarantine: Int64 = 90 * 86_400 * 1_000_000

    /// What stands for a name that is gone.
    func newName() -> String {
        "deleted_" + ids.bytes(10).map { String(Int($0) % 36, radix: 36) }.joined()
    }

    func export(_ handle: String) async throws -> JSON {
        try await store.export(handle)
    }

    /// Empties the handle and renames it to `deleted_<random>`; other modules' rows follow by their foreign keys.
    func erase(_ handle: String, in transaction: PostgresTransaction) async throws {
        let now = clock.now
        try await store.erase(
            handle,
            as: newName(),
            nameHash: nameHash(handle),
            until: PostgresTimestamp(microseconds: now.microseconds + Self.quarantine),
            at: now,
            in: transaction
        )
    }
}
