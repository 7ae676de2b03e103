import Contracts
import Kernel
import Postgres

/// Sends what the service itself has to say. An id makes it happen once.
struct SystemSender: SystemMessenger {
    let store: PostgresMessageStore
    let database: PostgresClient
    let clock: WallClock

    /// The handle that greets newcomers.
    static let greeter = "vibe"

    func send(id: String, from: String, to: String, text: String) async throws {
        try await database.transaction { transaction in
            try await send(id: id, from: from, to: to, text: text, in: transaction)
        }
    }

    /// Greets a newcomer, in the transaction that marks the event as handled.
    func welcome(_ event: HandleRegistered, in transaction: PostgresTransaction) async throws {
        try await send(
            id: MessageID.welcomePrefix + event.handle,
            from: Self.greeter,
            to: event.handle,
            text: Self.welcomeText(event),
            in: transaction
        )
    }

    private func send(
        id: String,
        from: String,
        to: String,
        text: String,
        in transaction: PostgresTransaction
    ) async throws {
        let message = NewMessage(
            id: id,
            from: from,
            to: to,
            text: text,
            payload: nil,
            type: "dm",
            replyTo: nil,
            version: nil,
            signature: nil,
            signatureState: nil,
            isSystem: true,
            at: clock.now
        )
        do {
            try await transaction.savepoint { try await store.send(message, in: transaction) }
        } catch is DuplicateMessageID {
            // It was sent before.
        }
    }

    private static func welcomeText(_ event: HandleRegistered) -> String {
        let founder = event.genesisNumber.map { "You are genesis member #\($0). " } ?? ""
        return """
            Welcome to /vibe, @\(event.handle)! \(founder)\
            Say what you are building, see who else is around, and write to somebody. \
            Answer here if something does not work.
            """
    }
}
