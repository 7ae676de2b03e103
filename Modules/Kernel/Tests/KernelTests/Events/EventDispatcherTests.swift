import Contracts
import KernelTesting
import Postgres
import Testing

@testable import Kernel

@Suite(.serialized) struct EventDispatcherTests {
    private struct Refused: Error {}

    /// A handler that writes each event into `heard`, so that a repeated effect shows.
    private static func recorder(
        _ name: String = "test.recorder",
        before: @escaping @Sendable (Rang) async throws -> Void = { _ in }
    ) -> EventHandler {
        EventHandler(Rang.self, name: name) { event, transaction in
            try await transaction.query("INSERT INTO heard (bell) VALUES (\(event.bell))")
            try await before(event)
        }
    }

    private static func createHeard(_ database: TestDatabase) async throws {
        try await database.client.write("CREATE TABLE heard (bell text NOT NULL)")
    }

    private static func heard(_ database: TestDatabase) async throws -> [String] {
        try await database.client.read("SELECT bell FROM heard ORDER BY bell").map { $0.string(0) }
    }

    private static func waiting(_ database: TestDatabase) async throws -> Int64 {
        try await database.client.read("SELECT count(*) FROM outbox")[0].int64(0)
    }

    /// Publishes as a request does; tells the dispatcher only if `poke` is set.
    private static func publish(_ bells: [String], _ services: KernelServices, poke: Bool = true) async throws {
        let batch = bells.flatMap { services.events.statements(for: Rang(bell: $0)) }
        try await services.database.write(batch)
        if poke { services.events.committed(batch) }
    }

    private static func options(
        poll: Duration = .milliseconds(20),
        attempts: Int = 12
    ) -> EventDispatcher.Options {
        var options = EventDispatcher.Options()
        options.pollInterval = poll
        options.retry.attempts = attempts
        options.retry.first = .milliseconds(5)
        options.batch = 4
        return options
    }

    @Test func anEventWithoutHandlersCostsNothing() async throws {
        try await withTestDatabase(modules: []) { database in
            let services = try KernelFixture.services(database.client)
            #expect(services.events.statements(for: Rang(bell: "a")).isEmpty)
        }
    }

    @Test func oneRowPerHandlerInOneStatement() async throws {
        try await withTestDatabase(modules: []) { database in
            let services = try KernelFixture.services(database.client)
            services.events.subscribe([Self.recorder("test.one"), Self.recorder("test.two")])
            let trace = try #require(
                TraceContext(traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")
            )
            let statements = services.events.statements(for: Rang(bell: "a"), trace: trace)
            #expect(statements.count == 1)
            try await database.client.write(statements)
            let rows = try await database.client.read(
                "SELECT handler, event, version, payload::text, traceparent FROM outbox ORDER BY handler"
            )
            #expect(rows.map { $0.string(0) } == ["test.one", "test.two"])
            #expect(rows[0].string(3) == #"{"bell":"a"}"#)
            #expect(rows[0].string(4) == trace.traceparent)
        }
    }

    /// The poll interval is an hour: only the word of the commit can have woken it.
    @Test func aCommitWakesTheDispatcher() async throws {
        try await withTestDatabase(modules: []) { database in
            try await Self.createHeard(database)
            let services = try KernelFixture.services(database.client)
            let handler = Self.recorder()
            services.events.subscribe([handler])
            let dispatcher = EventDispatcher(
                handlers: [handler],
                services: services,
                options: Self.options(poll: .seconds(3_600))
            )
            try await KernelFixture.running([dispatcher]) {
                try await eventually { try await Self.waiting(database) == 0 }
                try await Self.publish((0..<50).map { "bell \($0)" }, services)
                try await eventually { try await Self.heard(database).count == 50 }
                #expect(try await Self.waiting(database) == 0)
            }
        }
    }

    @Test func eventsOfOthersAreFoundByLooking() async throws {
        try await withTestDatabase(modules: []) { database in
            try await Self.createHeard(database)
            let services = try KernelFixture.services(database.client)
            let handler = Self.recorder()
            services.events.subscribe([handler])
            let dispatcher = EventDispatcher(handlers: [handler], services: services, options: Self.options())
            try await KernelFixture.running([dispatcher]) {
                try await Self.publish(["a"], services, poke: false)
                try await eventually { try await Self.heard(database) == ["a"] }
            }
        }
    }

    @Test func twoDispatchersShareTheWork() async throws {
        try await withTestDatabase(modules: []) { database in
            try await Self.createHeard(database)
            let count = 300
            let seen = [Tally(), Tally()]
            var dispatchers: [EventDispatcher] = []
            for index in 0..<2 {
                let services = try KernelFixture.services(database.client)
                let handler = Self.recorder { _ in
                    seen[index].increment()
                    try await Task.sleep(for: .milliseconds(1))
                }
                services.events.subscribe([handler])
                dispatchers.append(EventDispatcher(handlers: [handler], services: services, options: Self.options()))
                if index == 0 { try await Self.publish((0..<count).map { "bell \(1_000 + $0)" }, services) }
            }
            try await KernelFixture.running(dispatchers) {
                try await eventually { try await Self.waiting(database) == 0 }
            }
            #expect(try await Self.heard(database) == (0..<count).map { "bell \(1_000 + $0)" })
            #expect(seen.allSatisfy { $0.count > 0 })
        }
    }

    @Test func aFailureIsTriedAgainAndLeavesNothing() async throws {
        try await withTestDatabase(modules: []) { database in
            try await Self.createHeard(database)
            let services = try KernelFixture.services(database.client)
            let attempts = Tally()
            let handler = Self.recorder { event in
                guard event.bell == "bad" else { return }
                if attempts.increment() < 4 {
                    throw Refused()
                }
            }
            services.events.subscribe([handler])
            let dispatcher = EventDispatcher(handlers: [handler], services: services, options: Self.options())
            try await Self.publish(["a", "bad", "c"], services)
            try await KernelFixture.running([dispatcher]) {
                try await eventually { try await Self.waiting(database) == 0 }
            }
            // Once each: what the failed attempts had written is gone.
            #expect(try await Self.heard(database) == ["a", "bad", "c"])
            #expect(attempts.count == 4)
        }
    }

    @Test func theLastFailureMakesADeadLetter() async throws {
        try await withTestDatabase(modules: []) { database in
            try await Self.createHeard(database)
            let services = try KernelFixture.services(database.client)
            let handler = Self.recorder { _ in throw Refused() }
            services.events.subscribe([handler])
            let dispatcher = EventDispatcher(
                handlers: [handler],
                services: services,
                options: Self.options(attempts: 3)
            )
            try await Self.publish(["a"], services)
            try await KernelFixture.running([dispatcher]) {
                try await eventually {
                    try await database.client.read("SELECT count(*) FROM outbox WHERE dead_at IS NOT NULL")[0].int64(0)
                        == 1
                }
            }
            let row = try await database.client.read("SELECT attempts, last_error FROM outbox")[0]
            #expect(row.int64(0) == 3)
            #expect(row.string(1) == "Refused")
            #expect(try await Self.heard(database).isEmpty)
        }
    }

    /// The server ends the dispatcher's connection while the handler runs: as when the process dies.
    @Test func aCrashInTheMiddleRepeatsTheDeliveryOnce() async throws {
        try await withTestDatabase(modules: []) { database in
            try await Self.createHeard(database)
            let services = try KernelFixture.services(database.client)
            let attempts = Tally()
            let handler = EventHandler(Rang.self, name: "test.recorder") { event, transaction in
                try await transaction.query("INSERT INTO heard (bell) VALUES (\(event.bell))")
                if attempts.increment() == 1 {
                    try await transaction.query("SELECT pg_terminate_backend(pg_backend_pid())")
                }
            }
            services.events.subscribe([handler])
            let dispatcher = EventDispatcher(handlers: [handler], services: services, options: Self.options())
            try await Self.publish(["a", "b", "c"], services)
            try await KernelFixture.running([dispatcher]) {
                try await eventually { try await Self.waiting(database) == 0 }
            }
            #expect(try await Self.heard(database) == ["a", "b", "c"])
            #expect(attempts.count == 4)
        }
    }

    @Test func othersEventsAndNewerOnesStay() async throws {
        try await withTestDatabase(modules: []) { database in
            try await Self.createHeard(database)
            let services = try KernelFixture.services(database.client)
            let handler = Self.recorder()
            services.events.subscribe([handler])
            try await database.client.write(
                """
                INSERT INTO outbox (handler, event, version, payload)
                VALUES ('off.handler', 'test.rang', 1, '{"bell":"x"}'), ('test.recorder', 'test.rang', 2, '{"bell":"y"}')
                """
            )
            try await Self.publish(["a"], services)
            let dispatcher = EventDispatcher(handlers: [handler], services: services, options: Self.options())
            try await KernelFixture.running([dispatcher]) {
                try await eventually { try await Self.heard(database) == ["a"] }
            }
            #expect(try await Self.waiting(database) == 2)
        }
    }

    @Test func stoppingFinishesTheRowInHand() async throws {
        try await withTestDatabase(modules: []) { database in
            try await Self.createHeard(database)
            let services = try KernelFixture.services(database.client)
            let (begun, begin) = AsyncStream.makeStream(of: Void.self)
            let (allowed, allow) = AsyncStream.makeStream(of: Void.self)
            let handler = Self.recorder { _ in
                begin.yield()
                for await _ in allowed { break }
                try Task.checkCancellation()
            }
            services.events.subscribe([handler])
            var options = Self.options()
            options.concurrency = 1
            let dispatcher = EventDispatcher(handlers: [handler], services: services, options: options)
            try await Self.publish(["a", "b", "c"], services)
            try await withThrowingTaskGroup(of: Void.self) { group in
                try await KernelFixture.running([dispatcher]) {
                    for await _ in begun { break }
                    group.addTask {
                        try await eventually { dispatcher.wakeUp.isFinished }
                        allow.finish()
                    }
                }
                try await group.waitForAll()
            }
            #expect(try await Self.heard(database).count == 1)
            #expect(try await Self.waiting(database) == 2)
        }
    }
}

@Suite struct RetryPolicyTests {
    @Test func pausesDoubleUpToTheLongest() {
        let policy = RetryPolicy(attempts: 5, first: .seconds(1), longest: .seconds(10))
        #expect((1...6).map { policy.pause(afterFailures: $0) } == [1, 2, 4, 8, 10, 10].map { .seconds($0) })
        #expect(policy.pause(afterFailures: .max) == .seconds(10))
        #expect(policy.delay(afterFailures: 5) == nil)
    }

    @Test(arguments: 1...4) func chanceStaysWithinAQuarter(_ failures: Int) throws {
        let policy = RetryPolicy(attempts: 5, first: .seconds(1), longest: .seconds(10))
        let delay = try #require(policy.delay(afterFailures: failures))
        let pause = policy.pause(afterFailures: failures)
        #expect(delay >= pause * 0.75 && delay <= pause * 1.25)
    }
}
