import Foundation
public import Logging
public import Postgres
public import ServiceLifecycle
import Synchronization

/// Tells the other instances that there is something new to read, and hears it from them.
///
/// NOTIFY in a request's transaction would hold a lock of the whole database through the commit and end group commit. So
/// it is sent after the commit, on a leased connection, at most once per channel and 20 ms. It may be lost: whoever
/// listens also looks by itself from time to time.
public final class Signals: Service {
    /// What has changed; the name of the NOTIFY channel.
    public struct Channel: Hashable, Sendable {
        public let name: String

        /// - Parameter name: lower-case letters and `_`, the same in all instances.
        public init(_ name: String) {
            self.name = name
        }

        /// Events lie in the outbox.
        static let events = Channel("vibe_events")
    }

    private struct State {
        var unsent: Set<Channel> = []
        var listeners: [String: [@Sendable () -> Void]] = [:]
    }

    private let state = Mutex(State())
    private let wakeUp = WakeUp()
    private let database: PostgresClient
    private let isEnabled: Bool
    private let logger: Logger
    /// Tells this instance's own news from those of others.
    private let sender = UUID().uuidString

    /// From the first news to the NOTIFY that tells of all that came meanwhile.
    static let pause: Duration = .milliseconds(20)

    /// - Parameter isEnabled: `false` where there is only PgBouncer in transaction mode, through which nobody can listen.
    public init(database: PostgresClient, isEnabled: Bool = true, logger: Logger) {
        self.database = database
        self.isEnabled = isEnabled
        self.logger = logger
    }

    /// Tells the others soon. To be called after the commit; costs no query by itself.
    public func send(_ channel: Channel) {
        guard isEnabled else { return }
        let isFirst = state.withLock { state in
            defer { state.unsent.insert(channel) }
            return state.unsent.isEmpty
        }
        if isFirst { wakeUp.signal() }
    }

    /// Calls `heard` when another instance has sent something to the channel, or may have. To be called before the
    /// service runs; `heard` must be quick.
    public func listen(to channel: Channel, _ heard: @escaping @Sendable () -> Void) {
        state.withLock { $0.listeners[channel.name, default: []].append(heard) }
    }

    public func run() async throws {
        await withTaskCancellationOrGracefulShutdownHandler {
            await withDiscardingTaskGroup { group in
                group.addTask { await self.hear() }
                await self.tell()
                group.cancelAll()
            }
        } onCancelOrGracefulShutdown: {
            self.wakeUp.finish()
        }
    }

    private func tell() async {
        while await wakeUp.wait() {
            try? await Task.sleep(for: Self.pause)
            let channels = state.withLock { state in
                defer { state.unsent = [] }
                return state.unsent.map(\.name)
            }
            do {
                try await database.transaction { transaction in
                    try await transaction.query(
                        "SELECT pg_notify(channel, \(sender)) FROM unnest(\(channels)) AS channel"
                    )
                }
            } catch {
                // Those who listen look by themselves.
                logger.debug("news could not be sent", metadata: ["cause": .string(SafeCause.text(error))])
            }
        }
    }

    private func hear() async {
        let listeners = state.withLock { $0.listeners }
        guard isEnabled, !listeners.isEmpty else { return }
        for await event in database.listen(listeners.keys.sorted()) {
            guard case .notification(let notification) = event else {
                // Something may have been missed.
                for heard in listeners.values.joined() { heard() }
                continue
            }
            guard notification.payload != sender else { continue }
            for heard in listeners[notification.channel] ?? [] { heard() }
        }
    }
}
