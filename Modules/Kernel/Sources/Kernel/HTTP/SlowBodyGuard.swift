import NIOCore
import ServiceLifecycle
import Synchronization

/// Closes connections whose request body does not arrive in time: one byte a second would hold memory, a place, and the
/// stop of the service for as long as a client likes.
///
/// One look a second at all bodies under way instead of a timer each: a timer would wake the event loop twice for every
/// request with a body.
final class SlowBodyGuard: Service {
    private struct State {
        var next: UInt64 = 0
        var bodies: [UInt64: (deadline: ContinuousClock.Instant, channel: any Channel)] = [:]
    }

    private let state = Mutex(State())
    private let timeout: Duration

    init(timeout: Duration) {
        self.timeout = timeout
    }

    /// Runs `read`, during which the body of a request on `channel` arrives.
    func watch<Body: Sendable>(_ channel: any Channel, _ read: () async throws -> Body) async throws -> Body {
        let deadline = ContinuousClock.now + timeout
        let id = state.withLock { state in
            state.next &+= 1
            state.bodies[state.next] = (deadline, channel)
            return state.next
        }
        defer { _ = state.withLock { $0.bodies.removeValue(forKey: id) } }
        return try await read()
    }

    func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                try? await Task.sleep(for: .seconds(1))
                self.closeOverdue(now: .now)
            }
        }
    }

    func closeOverdue(now: ContinuousClock.Instant) {
        let overdue = state.withLock { state in state.bodies.values.filter { $0.deadline < now }.map(\.channel) }
        for channel in overdue { channel.close(promise: nil) }
    }
}
