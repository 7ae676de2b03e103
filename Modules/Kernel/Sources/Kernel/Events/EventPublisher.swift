public import Contracts
public import Postgres

/// Turns events into outbox rows, as statements that the caller adds to its own write: an event exists exactly when
/// what it tells of was committed.
///
/// There is one row per handler that wants the event, so an event that no running module handles costs nothing.
public final class EventPublisher: Sendable {
    private let handlers: [String: [String]]

    /// - Parameter handlers: names of handlers by the name of the event they want.
    public init(handlers: [String: [String]]) {
        self.handlers = handlers
    }

    /// The statements that publish `event`: none, or one.
    public func statements<Event: DomainEvent>(for event: Event) -> [PostgresQuery] {
        []
    }
}
