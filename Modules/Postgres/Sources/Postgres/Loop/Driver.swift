import Logging
import ServiceLifecycle
import Synchronization

/// The loops of a client, each with its share of the connections.
final class Driver: Sendable {
    private let loops: [Loop]
    private let turn = Atomic<Int>(0)

    init(configuration: PostgresConfiguration, logger: Logger) {
        let count = max(configuration.loopThreads, 1)
        loops = (0..<count).map { index in
            var share = configuration
            share.readConnections = Self.share(of: configuration.readConnections, index, count)
            share.writeConnections = Self.share(of: configuration.writeConnections, index, count)
            share.leaseConnections = Self.share(of: configuration.leaseConnections, index, count)
            share.queueLimit = Self.share(of: configuration.queueLimit, index, count)
            return Loop(configuration: share, logger: logger)
        }
    }

    /// Deals things out as evenly as possible; everyone gets one at least.
    private static func share(of total: Int, _ index: Int, _ count: Int) -> Int {
        max(total / count + (index < total % count ? 1 : 0), 1)
    }

    func nextLoop() -> Loop {
        if loops.count == 1 { return loops[0] }
        let number = turn.wrappingAdd(1, ordering: .relaxed).newValue
        return loops[Int(UInt(bitPattern: number) % UInt(loops.count))]
    }

    func perform(_ request: Request) async throws {
        try await nextLoop().perform(request)
    }

    /// Runs the loops until they are stopped.
    func run() async {
        for loop in loops { loop.start() }
        await withTaskCancellationHandler {
            await withGracefulShutdownHandler {
                for loop in loops { await loop.waitForEnd() }
            } onGracefulShutdown: {
                self.stop(drain: true)
            }
        } onCancel: {
            stop(drain: false)
        }
    }

    func stop(drain: Bool) {
        for loop in loops { loop.stop(drain: drain) }
    }

    func listen(_ channels: [String]) -> PostgresNotifications {
        // All listeners share one connection, which belongs to the first loop.
        let loop = loops[0]
        let (stream, continuation) = AsyncStream.makeStream(
            of: PostgresNotifications.Event.self,
            bufferingPolicy: .bufferingNewest(PostgresNotifications.bufferLimit)
        )
        let subscription = Subscription(channels: Set(channels), continuation: continuation)
        continuation.onTermination = { [inbox = loop.inbox, id = subscription.id] _ in inbox.post(.unsubscribe(id)) }
        loop.start()
        if !loop.inbox.post(.subscribe(subscription)) { continuation.finish() }
        return PostgresNotifications(stream: stream)
    }

    var health: PostgresHealth {
        var sum = loops[0].health
        for loop in loops.dropFirst() {
            let health = loop.health
            sum.connectionsOpen += health.connectionsOpen
            sum.waiting += health.waiting
            sum.isReachable = sum.isReachable && health.isReachable
            sum.lastError = sum.lastError ?? health.lastError
        }
        return sum
    }
}
