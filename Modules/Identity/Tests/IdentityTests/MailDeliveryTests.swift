import Kernel
import KernelTesting
import Logging
import ServiceSettings
import Synchronization
import Testing

@testable import Identity
@testable import Postgres

@Suite("The queue of mail")
struct MailDeliveryTests {
    /// Ends each try as told, and remembers the mails.
    private final class Scripted: Mailer {
        let sent = Mutex<[Mail]>([])
        private let outcome: @Sendable (Mail) async -> MailOutcome

        init(_ outcome: @escaping @Sendable (Mail) async -> MailOutcome) {
            self.outcome = outcome
        }

        func send(_ mail: Mail, from sender: MailAddress) async -> MailOutcome {
            sent.withLock { $0.append(mail) }
            return await outcome(mail)
        }
    }

    private static func delivery(
        _ mailer: any Mailer,
        _ store: any MailStore,
        _ clock: ManualClock
    ) throws -> MailDelivery {
        var logger = Logger(label: "mail")
        logger.logLevel = .critical
        return MailDelivery(
            store: store,
            mailer: mailer,
            sender: try #require(MailAddress("vibe@example.com")),
            ids: .system,
            clock: clock.wallClock,
            logger: logger
        )
    }

    private static func mail(_ number: Int, at now: PostgresTimestamp) throws -> Mail {
        Mail(
            id: "mail_\(number)",
            messageID: "mail_\(number)@example.com",
            recipient: try #require(MailAddress("ada@example.com")),
            subject: "Subject",
            body: "Body",
            createdAt: now,
            expiresAt: PostgresTimestamp(microseconds: now.microseconds + EmailLink.lifetime)
        )
    }

    private func withQueue(
        of count: Int,
        _ body: (PostgresMailStore, PostgresClient, ManualClock) async throws -> Void
    ) async throws {
        let clock = ManualClock()
        try await withSharedDatabase { database in
            for number in 0..<count {
                _ = try await database.client.write(PostgresMailStore.queue(try Self.mail(number, at: clock.now)))
            }
            try await body(PostgresMailStore(database: database.client), database.client, clock)
        }
    }

    @Test("Of two instances that send at once, each mail is sent by one")
    func twoInstances() async throws {
        try await withQueue(of: 40) { store, database, clock in
            let mailer = Scripted { _ in .accepted }
            let first = try Self.delivery(mailer, store, clock)
            let second = try Self.delivery(mailer, store, clock)
            async let one: Void = first.run()
            async let two: Void = second.run()
            _ = try await (one, two)
            let ids = mailer.sent.withLock { $0.map(\.id) }
            #expect(ids.count == 40)
            #expect(Set(ids).count == 40)
            let rows = try await database.read(
                "SELECT count(*) FROM mail_queue WHERE state = 'sent' AND body IS NULL AND recipient IS NULL"
            )
            #expect(rows.first?.int64(0) == 40)
        }
    }

    @Test("A refused mail is tried again after growing pauses, the same mail each time, until nobody wants it")
    func retries() async throws {
        try await withQueue(of: 1) { store, database, clock in
            let mailer = Scripted { _ in .refused(isFinal: false, reason: "451") }
            let delivery = try Self.delivery(mailer, store, clock)
            var tries: [Int] = []
            for second in 0...1_810 {
                let before = mailer.sent.withLock { $0.count }
                // Looks only when something may be due, to save time.
                if [0, 4, 5, 34, 35, 154, 155, 454, 455, 754, 755, 1_054, 1_055, 1_799, 1_800, 1_810].contains(second) {
                    try await delivery.run()
                }
                if mailer.sent.withLock({ $0.count }) > before { tries.append(second) }
                clock.advance(by: .seconds(1))
            }
            #expect(tries == [0, 5, 35, 155, 455, 755, 1_055, 1_799])
            #expect(Set(mailer.sent.withLock { $0.map(\.messageID) }) == ["mail_0@example.com"])
            let row = try await database.read("SELECT state, outcome, recipient FROM mail_queue")
            #expect(row.first?.string(0) == "failed")
            #expect(row.first?.string(1) == "451")
            #expect(row.first?.isNull(2) == true)
        }
    }

    @Test("A mail whose fate is unknown is not sent again")
    func unknown() async throws {
        try await withQueue(of: 1) { store, database, clock in
            let mailer = Scripted { _ in .unknown(reason: "no answer") }
            let delivery = try Self.delivery(mailer, store, clock)
            for _ in 0..<3 {
                try await delivery.run()
                clock.advance(by: .seconds(600))
            }
            #expect(mailer.sent.withLock { $0.count } == 1)
            #expect(try await database.read("SELECT state FROM mail_queue").first?.string(0) == "unknown")
        }
    }

    @Test("What a dead process had taken is unknown after five minutes, and not sent again")
    func deadProcess() async throws {
        try await withQueue(of: 1) { store, database, clock in
            _ = try await store.take(by: "a process that died", at: clock.now)
            let mailer = Scripted { _ in .accepted }
            let delivery = try Self.delivery(mailer, store, clock)
            try await delivery.run()
            #expect(try await database.read("SELECT state FROM mail_queue").first?.string(0) == "sending")
            clock.advance(by: .seconds(301))
            try await delivery.run()
            #expect(mailer.sent.withLock { $0.isEmpty })
            #expect(try await database.read("SELECT state FROM mail_queue").first?.string(0) == "unknown")
        }
    }

    @Test("What was taken and never begun goes out; what was sent and not written down is written down, not sent again")
    func brokenDatabase() async throws {
        try await withQueue(of: 2) { store, database, clock in
            let mailer = Scripted { _ in .accepted }
            let flaky = FlakyStore(store: store)
            let delivery = try Self.delivery(mailer, flaky, clock)
            // The answer to the taking is lost: the mail was not begun.
            flaky.failing.withLock { $0 = .afterTaking }
            await #expect(throws: PostgresError.self) { try await delivery.run() }
            #expect(mailer.sent.withLock { $0.isEmpty })
            // The mail is sent, but the database does not take note.
            flaky.failing.withLock { $0 = .settling }
            await #expect(throws: PostgresError.self) { try await delivery.run() }
            #expect(mailer.sent.withLock { $0.count } == 1)
            await #expect(throws: PostgresError.self) { try await delivery.run() }
            #expect(mailer.sent.withLock { $0.count } == 1)
            flaky.failing.withLock { $0 = .nothing }
            try await delivery.run()
            let ids = mailer.sent.withLock { $0.map(\.id) }
            #expect(ids.sorted() == ["mail_0", "mail_1"])
            #expect(try await database.read("SELECT FROM mail_queue WHERE state = 'sent'").count == 2)
        }
    }

    @Test("Addresses: plain ones, lower-cased, and nothing that another reader might read otherwise")
    func addresses() {
        for (input, expected) in [
            ("Ada@Example.COM", "ada@example.com"), ("a.b+c@sub.example.co.uk", "a.b+c@sub.example.co.uk"),
            ("o'neil@xn--bcher-kva.example", "o'neil@xn--bcher-kva.example"),
        ] {
            #expect(MailAddress(input)?.text == expected)
        }
        let long = String(repeating: "a", count: 65)
        for input in [
            "", "ada", "@example.com", "ada@", "ada@localhost", "a@b@example.com", "ada@example..com",
            ".ada@example.com",
            "ada.@example.com", "a..b@example.com", "ada@-example.com", "ada@example.com\r\nBcc: x@y.example",
            "ada @example.com", "<ada@example.com>", "ada@example.com>", "\"a b\"@example.com", "ada@[127.0.0.1]",
            "ada@127.0.0.1", "ädä@example.com", "ada@exämple.com", "ada@example.com,eve@example.com",
            "\(long)@example.com",
            "ada@example.com\u{0}", "ada\t@example.com", "ada@example.com.",
        ] {
            #expect(MailAddress(input) == nil, "\(input)")
        }
    }
}

/// Loses answers of the database.
private final class FlakyStore: MailStore {
    enum Failing { case nothing, afterTaking, settling }

    let failing = Mutex(Failing.nothing)
    private let store: PostgresMailStore

    init(store: PostgresMailStore) {
        self.store = store
    }

    func take(by taker: String, at now: PostgresTimestamp) async throws -> Mail? {
        let mail = try await store.take(by: taker, at: now)
        if failing.withLock({ $0 == .afterTaking }) { throw PostgresError.unknownOutcome }
        return mail
    }

    func settle(_ id: String, _ outcome: MailOutcome, pauses: [Int64], at now: PostgresTimestamp) async throws {
        if failing.withLock({ $0 == .settling }) { throw PostgresError.unknownOutcome }
        try await store.settle(id, outcome, pauses: pauses, at: now)
    }

    func tidy(
        taker: String,
        patience: PostgresTimestamp,
        at now: PostgresTimestamp
    ) async throws -> [(id: String, outcome: MailOutcome)] {
        try await store.tidy(taker: taker, patience: patience, at: now)
    }

    func removeEnded(before: PostgresTimestamp) async throws {
        try await store.removeEnded(before: before)
    }
}
