import Logging

final class Loop: Sendable {
    let inbox = Inbox()

    init(configuration: PostgresConfiguration, logger: Logger) {}

    func perform(_ request: Request, isCancellable: Bool = true) async throws { throw PostgresError.closed }
}

final class Inbox: Sendable {
    enum Message { case release(LeaseID, reset: Bool), interrupt(LeaseID) }
    func post(_ message: Message) {}
}
