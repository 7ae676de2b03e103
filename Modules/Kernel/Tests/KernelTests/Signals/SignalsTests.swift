import KernelTesting
import Logging
import Postgres
import Synchronization
import Testing

@testable import Kernel

@Suite struct SignalsTests {
    private static let news = Signals.Channel("test_news")

    private static func signals(_ database: TestDatabase, isEnabled: Bool = true) -> Signals {
        Signals(
            database: database.client,
            isEnabled: isEnabled,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        )
    }

    /// Runs two instances' signals; `body` begins when both listen.
    private static func withTwo(
        _ database: TestDatabase,
        _ body: (_ one: Signals, _ heardByOne: Tally, _ other: Signals, _ heardByOther: Tally) async throws -> Void
    ) async throws {
        let (one, other) = (signals(database), signals(database))
        let (heardByOne, heardByOther) = (Tally(), Tally())
        one.listen(to: news) { heardByOne.increment() }
        other.listen(to: news) { heardByOther.increment() }
        try await KernelFixture.running([one, other]) {
            // The beginning of listening counts as news, since something may have been missed before.
            try await eventually { heardByOne.count == 1 && heardByOther.count == 1 }
            try await body(one, heardByOne, other, heardByOther)
        }
    }

    @Test func othersHearAndTheSenderDoesNot() async throws {
        try await withTestDatabase(modules: []) { database in
            try await Self.withTwo(database) { one, heardByOne, other, heardByOther in
                one.send(Self.news)
                try await eventually { heardByOther.count == 2 }
                // What comes later on the same connection has overtaken nothing.
                other.send(Self.news)
                try await eventually { heardByOne.count == 2 }
                #expect(heardByOther.count == 2)
            }
        }
    }

    @Test func manyNewsAreOneNotification() async throws {
        try await withTestDatabase(modules: []) { database in
            try await Self.withTwo(database) { one, _, _, heardByOther in
                for _ in 0..<10_000 { one.send(Self.news) }
                one.send(Signals.Channel("test_elsewhere"))
                try await eventually { heardByOther.count >= 2 }
                // The loop above takes a few pauses of 20 ms at the very most.
                #expect(heardByOther.count < 100)
            }
        }
    }

    @Test func aLostConnectionCountsAsNews() async throws {
        try await withTestDatabase(modules: []) { database in
            try await Self.withTwo(database) { one, heardByOne, _, heardByOther in
                try await database.client.read(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query ILIKE '%LISTEN%' AND pid <> pg_backend_pid() AND datname = current_database()"
                )
                try await eventually { heardByOne.count >= 2 && heardByOther.count >= 2 }
                let before = heardByOther.count
                one.send(Self.news)
                try await eventually { heardByOther.count > before }
            }
        }
    }

    @Test func withoutAWayToListenNothingIsSent() async throws {
        try await withTestDatabase(modules: []) { database in
            let silent = Self.signals(database, isEnabled: false)
            let (listening, heard) = (Self.signals(database), Tally())
            listening.listen(to: Self.news) { heard.increment() }
            try await KernelFixture.running([silent, listening]) {
                try await eventually { heard.count == 1 }
                silent.send(Self.news)
                // Goes the same way, later.
                try await database.client.write("SELECT pg_notify('test_news', 'somebody')")
                try await eventually { heard.count == 2 }
            }
            #expect(heard.count == 2)
        }
    }

    /// Nobody looks for an hour: only the other instance's signal can have woken the dispatcher.
    @Test func anEventOfAnotherInstanceIsDeliveredAtOnce() async throws {
        try await withTestDatabase(modules: []) { database in
            try await database.client.write("CREATE TABLE heard (bell text NOT NULL)")
            let handler = EventHandler(Rang.self, name: "test.recorder") { event, transaction in
                try await transaction.query("INSERT INTO heard (bell) VALUES (\(event.bell))")
            }
            let (one, other) = (Self.signals(database), Self.signals(database))
            let publisher = EventPublisher(signals: one)
            publisher.subscribe([handler])

            let services = try KernelFixture.services(database.client)
            var options = EventDispatcher.Options()
            options.pollInterval = .seconds(3_600)
            let dispatcher = EventDispatcher(handlers: [handler], services: services, options: options)
            let wakeUp = services.events.wakeUp
            let heard = Tally()
            other.listen(to: .events) {
                heard.increment()
                wakeUp.signal()
            }
            try await KernelFixture.running([one, other, dispatcher]) {
                try await eventually { heard.count == 1 }
                let batch = publisher.statements(for: Rang(bell: "a"))
                try await database.client.write(batch)
                publisher.committed(batch)
                try await eventually {
                    try await database.client.read("SELECT count(*) FROM heard")[0].int64(0) == 1
                }
            }
        }
    }
}
