import JSONText
import Kernel
import Postgres
import ServiceSettings

/// One area of the module: the board, invites, streaks. Each registers itself, so that the front door stays a list.
protocol Area: Sendable {
    /// The settings that it reads.
    static var settings: [SettingDeclaration] { get }

    /// Finds what it needs. No I/O.
    init(_ registrar: ModuleRegistrar) throws

    /// Registers routes, handlers, jobs, figures and profile fields; export and erasure are the front door's.
    func register(in registrar: ModuleRegistrar)

    /// Everything held about a folded handle, as members of the module's part of an export.
    func export(_ handle: String) async throws -> [(String, JSON)]

    /// Removes what only this handle owns and empties its texts, in the transaction that renames it.
    func erase(_ handle: String, in transaction: PostgresTransaction) async throws
}
