import Kernel
import Logging
import Postgres
import Synchronization

/// Sends the mail that waits in its table: every mail at least tried while anybody wants it, and none sent twice.
///
/// A mail is taken before it is sent. What was taken by a process that has died since may have been sent: it is marked as
/// unknown, said in the log, and not tried again. What this process took and did not begin to send goes back.
final class MailDelivery: Sendable {
    private let store: any MailStore
    private let mailer: any Mailer
    private let sender: MailAddress
    private let clock: WallClock
    private let logger: Logger
    /// Names this process in the rows that it takes.
    private let taker: String
    /// What became of mails whose rows could not be written yet, by id.
    private let unwritten = Mutex<[String: MailOutcome]>([:])

    init(
        store: any MailStore,
        mailer: any Mailer,
        sender: MailAddress,
        ids: IdentifierSource,
        clock: WallClock,
        logger: Logger
    ) {
        self.store = store
        self.mailer = mailer
        self.sender = sender
        self.clock = clock
        self.logger = logger
        taker = Base64URL.encode(ids.bytes(12))
    }

    /// How long a mail may be with one process before that counts as dead, in microseconds. Longer than any try takes.
    static let patience: Int64 = 300 * 1_000_000

    /// Pauses between tries, in seconds; the last one repeats.
    static let pauses: [Int64] = [5, 30, 120, 300]

    /// Sends what is due, one after the other. Not to be called twice at the same time.
    func run() async throws {
        for (id, outcome) in unwritten.withLock({ $0 }) { try await settle(id, outcome) }
        let patience = PostgresTimestamp(microseconds: clock.now.microseconds - Self.patience)
        for ended in try await store.tidy(taker: taker, patience: patience, at: clock.now) {
            report(ended.id, ended.outcome)
        }
        while !Task.isCancelled, let mail = try await store.take(by: taker, at: clock.now) {
            let outcome = await mailer.send(mail, from: sender)
            report(mail.id, outcome)
            unwritten.withLock { $0[mail.id] = outcome }
            // A task of its own, which a stop does not cancel: what was sent must be known to have been sent.
            try await Task { try await settle(mail.id, outcome) }.value
        }
    }

    private func settle(_ id: String, _ outcome: MailOutcome) async throws {
        try await store.settle(id, outcome, pauses: Self.pauses, at: clock.now)
        unwritten.withLock { _ = $0.removeValue(forKey: id) }
    }

    private func report(_ id: String, _ outcome: MailOutcome) {
        switch outcome {
        case .accepted:
            logger.info("mail sent", metadata: ["mail": .string(id)])
        case .refused(isFinal: false, let reason):
            logger.warning("mail not sent yet", metadata: ["mail": .string(id), "cause": .string(reason)])
        case .refused(isFinal: true, let reason):
            logger.error("mail not sent", metadata: ["mail": .string(id), "cause": .string(reason)])
        case .unknown(let reason):
            logger.error(
                "mail may or may not have been sent; it is not sent again",
                metadata: ["mail": .string(id), "cause": .string(reason)]
            )
        }
    }
}
