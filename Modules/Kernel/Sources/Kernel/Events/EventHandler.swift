import Contracts
import Foundation
import Metrics
import Postgres

/// A registered handler, its event type erased.
struct EventHandler: Sendable {
    /// `module.handler`: the key under which events wait for it.
    let name: String
    let eventName: String
    /// The newest version it understands. Rows of a newer one wait for an instance that does.
    let version: Int
    /// Decodes and handles one event inside the transaction that marks it as delivered.
    let deliver: @Sendable (_ payload: [UInt8], PostgresTransaction) async throws -> Void

    init<Event: DomainEvent>(
        _ event: Event.Type,
        name: String,
        _ body: @escaping @Sendable (Event, PostgresTransaction) async throws -> Void
    ) {
        self.name = name
        eventName = Event.name
        version = Event.version
        deliver = { payload, transaction in
            let event = try JSONDecoder().decode(Event.self, from: Data(payload))
            try await body(event, transaction)
        }
    }
}
