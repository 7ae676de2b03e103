import Foundation
import Logging
import Postgres
import ServiceLifecycle
import ServiceSettings

/// Delivers what lies in the outbox to the handlers of the running modules.
///
/// Rows are claimed with `FOR UPDATE SKIP LOCKED`, so any number of instances share the work, and the claim of one
/// that dies ends with its connection. A handler's writes and the deletion of its row share a transaction: a crash
/// repeats both or neither. Woken at once by commits of this instance, by the signals of others, and once a second in
/// case one was lost.
struct EventDispatcher: Service {
    let outbox: Outbox
    let deliveries: [String: EventDelivery]
    let wakeUp: WakeUp
    let options: Options
    let database: PostgresClient
    let logger: Logger

    /// How the dispatcher works; see `KernelSettings.events`.
    struct Options: Sendable {
        /// Batches under way at the same time in this instance.
        var concurrency = 2
        /// Rows claimed by one transaction.
        var batch = 32
        /// From one look into the outbox to the next while nothing wakes the dispatcher.
        var pollInterval: Duration = .seconds(1)
        var retry = RetryPolicy()

        init() {}

        init(_ settings: Settings) {
            concurrency = settings.int("events.concurrency")
            batch = settings.int("events.batch")
            pollInterval = settings.duration("events.poll_interval")
            retry.attempts = settings.int("events.max_attempts")
            retry.first = settings.duration("events.first_retry")
            retry.longest = settings.duration("events.longest_retry")
        }
    }

    init(handlers: [EventHandler], services: KernelServices) {
        self.init(handlers: handlers, services: services, options: Options(services.settings))
    }

    init(handlers: [EventHandler], services: KernelServices, options: Options) {
        let logger = services.logger(for: "events")
        outbox = Outbox(handlers: handlers)
        deliveries = Dictionary(
            uniqueKeysWithValues: handlers.map {
                ($0.name, EventDelivery(handler: $0, retry: options.retry, logger: logger))
            }
        )
        wakeUp = services.events.wakeUp
        database = services.database
        self.options = options
        self.logger = logger
    }

    /// Runs until graceful shutdown; rows in hand are finished first.
    func run() async throws {
        await withTaskCancellationOrGracefulShutdownHandler {
            await withDiscardingTaskGroup { group in
                group.addTask { await poll() }
                await withDiscardingTaskGroup { workers in
                    for _ in 0..<options.concurrency { workers.addTask { await work() } }
                }
                group.cancelAll()
            }
        } onCancelOrGracefulShutdown: {
            wakeUp.finish()
        }
    }

    private func poll() async {
        while !Task.isCancelled {
            wakeUp.signal()
            try? await Task.sleep(for: options.pollInterval)
        }
    }

    private func work() async {
        while await wakeUp.wait() {
            do {
                try await drain()
            } catch {
                // The next look into the outbox tries again.
                logger.warning("events cannot be delivered now", metadata: ["cause": "\(SafeCause.text(error))"])
            }
        }
    }

    /// Delivers batches until one is not full.
    private func drain() async throws {
        while !wakeUp.isFinished, !outbox.isIdle {
            let count = try await deliverBatch()
            guard count == options.batch else { return }
            // There may be more than one worker can do.
            wakeUp.signal()
        }
    }

    /// - Returns: the number of rows claimed.
    private func deliverBatch() async throws -> Int {
        try await database.transaction { transaction in
            let events = try await outbox.claim(options.batch, in: transaction)
            var delivered: [Int64] = []
            for event in events {
                // What is not begun goes back with the end of the transaction.
                if wakeUp.isFinished { break }
                guard let delivery = deliveries[event.handler] else { continue }
                if try await delivery.run(event, in: transaction) { delivered.append(event.id) }
            }
            if !delivered.isEmpty { try await transaction.query(Outbox.delete(delivered)) }
            return events.count
        }
    }
}
