import Logging
import Metrics
import Postgres

/// Delivers events to one handler.
struct EventDelivery: Sendable {
    private let handler: EventHandler
    private let retry: RetryPolicy
    private let logger: Logger
    private let delivered: Counter
    private let failed: Counter
    private let dead: Counter

    init(handler: EventHandler, retry: RetryPolicy, logger: Logger) {
        self.handler = handler
        self.retry = retry
        self.logger = logger
        let dimensions = [("handler", handler.name)]
        delivered = Counter(label: "events_delivered_total", dimensions: dimensions)
        failed = Counter(label: "events_failed_total", dimensions: dimensions)
        dead = Counter(label: "events_dead_total", dimensions: dimensions)
    }

    /// Runs the handler in a savepoint, so that a failure leaves nothing of its writes and the neighbours unharmed.
    ///
    /// - Returns: whether it was handled. If not, the failed attempt is recorded in the transaction.
    /// - Throws: only what ends the transaction as a whole.
    func run(_ event: Outbox.Event, in transaction: PostgresTransaction) async throws -> Bool {
        let trace = event.traceparent.map { TraceContext.incoming($0) }
        do {
            try await TraceContext.$current.withValue(trace) {
                try await transaction.savepoint { try await handler.deliver(event.payload, transaction) }
            }
            delivered.increment()
            logger.debug("delivered an event", metadata: metadata(event, trace))
            return true
        } catch {
            // Stopped from outside: no fault of the handler.
            try Task.checkCancellation()
            let attempts = event.attempts + 1
            let delay = retry.delay(afterFailures: attempts)
            // If the connection is what failed, this fails too and the event counts as not tried.
            let cause = SafeCause.text(error)
            try await transaction.query(Outbox.fail(event.id, cause: cause, delay: delay))
            failed.increment()
            if delay == nil { dead.increment() }
            var details = metadata(event, trace)
            details["cause"] = .string(cause)
            details["attempts"] = .stringConvertible(attempts)
            logger.log(
                level: delay == nil ? .error : .warning,
                delay == nil ? "an event became a dead letter" : "an event handler failed",
                metadata: details
            )
            return false
        }
    }

    private func metadata(_ event: Outbox.Event, _ trace: TraceContext?) -> Logger.Metadata {
        var metadata: Logger.Metadata = [
            "handler": .string(handler.name), "event": .string(handler.eventName), "id": .stringConvertible(event.id),
        ]
        if let trace { metadata["trace"] = .string(trace.traceID) }
        return metadata
    }
}
