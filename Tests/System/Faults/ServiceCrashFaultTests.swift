import KernelTesting
import Postgres
import Testing

/// The service killed without a warning.
@Suite(.serialized) struct ServiceCrashFaultTests {
    @Test("clients that send again by message id or Idempotency-Key lose nothing and write nothing twice")
    func underLoad() async throws {
        try await withService { service, database in
            let client = service.client()
            let grace = try await client.register("grace")
            var senders: [(Person, Load.Care)] = []
            for number in 1...8 {
                let sender = try await client.register("sender-\(number)")
                try await client.acquaint(grace, with: sender)
                senders.append((sender, number.isMultiple(of: 2) ? .messageID : .idempotencyKey))
            }
            let load = Load(senders: senders, to: "grace") { service.client() }
            try await withThrowingTaskGroup(of: Void.self) { tasks in
                tasks.addTask { try await load.run() }
                for round in 1...3 {
                    let before = load.acknowledged.count
                    try await eventually("messages are sent, round \(round)") {
                        load.acknowledged.count >= before + 40 && load.inFlight >= 4
                    }
                    let crash = ContinuousClock.now
                    await service.kill()
                    try await service.restart()
                    let interrupted = load.interrupted(at: crash)
                    #expect(!interrupted.isEmpty, "requests were under way when it was killed")
                    #expect(interrupted.contains { $0.error != nil }, "some of them got no answer")
                }
                let before = load.acknowledged.count
                try await eventually("it goes on") { load.acknowledged.count >= before + 40 }
                load.stop()
                try await tasks.waitForAll()
            }
            for attempt in load.attempts {
                // While the first try of a key is being ended by the database, the second is told to come again.
                #expect([nil, 200, 409, 503].contains(attempt.answer?.status), "\(String(describing: attempt.answer))")
            }
            let rows = try await database.client.read(
                "SELECT text FROM messages WHERE to_user = 'grace' AND from_user <> 'vibe'"
            )
            load.expectEachOnce(in: rows.map { $0.string(0) })
        }
    }

    @Test("an event that was written and not delivered is delivered after the restart, once")
    func beforeDelivery() async throws {
        try await withService { service, database in
            let client = service.client()
            // Lets nobody write the message that greets a newcomer while the test holds the lock.
            try await database.client.write(
                """
                CREATE FUNCTION wait_for_the_test() RETURNS trigger LANGUAGE plpgsql AS
                $$ BEGIN PERFORM pg_advisory_xact_lock(4711); RETURN NEW; END $$
                """
            )
            try await database.client.write(
                """
                CREATE TRIGGER wait_for_the_test BEFORE INSERT ON messages
                FOR EACH ROW EXECUTE FUNCTION wait_for_the_test()
                """
            )
            try await database.client.transaction { transaction in
                try await transaction.query("SELECT pg_advisory_xact_lock(4711)")
                _ = try await client.register("ada")
                try await eventually("the delivery waits for the lock") {
                    try await database.waitingForAdvisoryLock() >= 1
                }
                await service.kill()
                // Postgres does not notice that nobody listens any more while it waits for a lock.
                try await transaction.query(
                    """
                    SELECT pg_terminate_backend(pid)
                    FROM pg_locks
                    WHERE NOT granted AND locktype = 'advisory' AND objid = 4711
                    """
                )
                try await eventually("the killed service's sessions are gone") {
                    try await database.waitingForAdvisoryLock() == 0
                }
            }
            #expect(
                try await database.count("outbox WHERE handler = 'messaging.welcome'") == 1,
                "the event is still there"
            )
            #expect(try await database.count("messages WHERE to_user = 'ada'") == 0)

            try await service.restart()
            try await eventually("the event is delivered") { try await database.count("outbox") == 0 }
            #expect(try await database.count("messages WHERE from_user = 'vibe' AND to_user = 'ada'") == 1)
        }
    }

    @Test("newcomers who registered just before a crash are greeted once")
    func afterManyWrites() async throws {
        try await withService { service, database in
            let client = service.client()
            try await withThrowingTaskGroup(of: Void.self) { tasks in
                for number in 1...20 { tasks.addTask { _ = try await client.register("newcomer-\(number)") } }
                try await tasks.waitForAll()
            }
            await service.kill()
            try await service.restart()
            try await eventually("all events are delivered") { try await database.count("outbox") == 0 }
            let greetings = try await database.client.read(
                "SELECT to_user, count(*) FROM messages WHERE from_user = 'vibe' GROUP BY to_user"
            )
            #expect(greetings.count == 20)
            #expect(greetings.allSatisfy { $0.int64(1) == 1 })
        }
    }
}
