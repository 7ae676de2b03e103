import Logging

/// The loops of a client.
final class Driver: Sendable {
    private let loops: [Loop]

    init(configuration: PostgresConfiguration, logger: Logger) {
        loops = [Loop(configuration: configuration, logger: logger)]
    }

    func nextLoop() -> Loop { loops[0] }

    func perform(_ request: Request) async throws { try await nextLoop().perform(request) }

    func run() async {}

    func stop(drain: Bool) {}

    func listen(_ channels: [String]) -> PostgresNotifications {
        PostgresNotifications(stream: AsyncStream { $0.finish() })
    }

    var health: PostgresHealth { PostgresHealth() }
}
