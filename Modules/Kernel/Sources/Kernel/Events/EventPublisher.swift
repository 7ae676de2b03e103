public import Contracts
import Foundation
public import Postgres
import Synchronization

/// Turns events into outbox rows, as statements that the caller adds to its own write: an event exists exactly when
/// what it tells of was committed.
///
/// There is one row per handler that wants the event, so an event that no running module handles costs nothing.
public final class EventPublisher: Sendable {
    /// Names of handlers by the name of the event they want.
    private let subscriptions = Mutex<[String: [String]]>([:])

    /// Wakes this instance's dispatcher.
    let wakeUp = WakeUp()

    /// Tells the dispatchers of other instances.
    private let signals: Signals?

    /// Nobody is subscribed yet.
    public init(signals: Signals? = nil) {
        self.signals = signals
    }

    /// Adds the handlers of the running modules; before the first event is published.
    func subscribe(_ handlers: [EventHandler]) {
        subscriptions.withLock { subscriptions in
            for handler in handlers { subscriptions[handler.eventName, default: []].append(handler.name) }
        }
    }

    /// The statements that publish `event`: none, or one.
    ///
    /// - Parameter trace: what the event's handlers continue; by default the trace of the current task.
    public func statements<Event: DomainEvent>(
        for event: Event,
        trace: TraceContext? = TraceContext.current
    ) -> [PostgresQuery] {
        guard let handlers = subscriptions.withLock({ $0[Event.name] }) else { return [] }
        return [
            """
            INSERT INTO outbox (handler, event, version, payload, traceparent)
            SELECT handler, \(Event.name), \(Int32(Event.version)), \(Self.payload(event)), \(trace?.traceparent)
            FROM unnest(\(handlers)) AS handler
            """
        ]
    }

    /// Tells the dispatchers that `batch` was committed. Cheap, and it does nothing unless the batch publishes something;
    /// whoever commits such statements calls it. If nobody does, the rows are found by the next look, once a second.
    public func committed(_ batch: [PostgresQuery]) {
        guard batch.contains(where: { $0.sql.hasPrefix("INSERT INTO outbox ") }) else { return }
        wakeUp.signal()
        signals?.send(.events)
    }

    private static func payload(_ event: some DomainEvent) -> PostgresJSON {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        do {
            return PostgresJSON(String(decoding: try encoder.encode(event), as: UTF8.self))
        } catch {
            // Events hold ids, handles, days and numbers: only a mistake in the program makes one that has no JSON.
            preconditionFailure("the event \(type(of: event).name) cannot be encoded: \(error)")
        }
    }
}
