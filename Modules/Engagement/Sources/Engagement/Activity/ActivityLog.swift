import Contracts
import Postgres

/// What event handlers write: one row for each thing that happened, to be counted later.
struct ActivityLog: Sendable {
    let directory: any PeopleDirectory

    /// - Parameter day: in the person's own time zone, as the event carries it.
    /// - Throws: ``MalformedDay``, which leaves the event to be looked at.
    func append(
        _ kind: ActivityKind,
        _ handle: String,
        on day: String,
        in transaction: PostgresTransaction
    ) async throws {
        guard let date = PostgresDate(text: day) else { throw MalformedDay(text: day) }
        try await append(ActivityFact(handle: handle, kind: kind, day: date), in: transaction)
    }

    /// Only people are counted: not agents, not the accounts of the house, and nobody who is gone by now.
    func append(_ fact: ActivityFact, in transaction: PostgresTransaction) async throws {
        guard try await directory.person(fact.handle)?.kind == .human else { return }
        try await transaction.query(ActivityInbox.append([fact]))
    }
}

/// A day in an event is none.
struct MalformedDay: Error, CustomStringConvertible {
    let text: String
    var description: String { "'\(text)' is no day" }
}
