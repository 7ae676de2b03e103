import DevelopmentPostgres
import KernelTesting
import Testing

/// Postgres killed and started again while people write and read.
@Suite(.serialized) struct DatabaseCrashFaultTests {
    /// A client gives up after this; the service promises an answer within one second, and the tests run on busy
    /// machines.
    private static let patience = Duration.seconds(3)

    @Test("the outage is answered with 503 at once, it recovers by itself, nothing is lost or written twice")
    func crash() async throws {
        let postgres = try await TemporaryPostgres.start()
        try await postgres.createDatabase("vibe")
        do {
            try await withProcessService(
                databaseURL: postgres.url(database: "vibe"),
                environment: ServiceEnvironment.unlimited
            ) { service in
                try await crash(of: postgres, under: service)
            }
        } catch {
            await postgres.remove()
            throw error
        }
        await postgres.remove()
    }

    private func crash(of postgres: TemporaryPostgres, under service: ProcessService) async throws {
        let client = HTTPClient(port: service.port, timeout: Self.patience)
        let grace = try await client.register("grace")
        var senders: [(Person, Load.Care)] = []
        for number in 1...8 {
            let sender = try await client.register("sender-\(number)")
            try await client.acquaint(grace, with: sender)
            senders.append((sender, number.isMultiple(of: 2) ? .messageID : .idempotencyKey))
        }
        let port = service.port
        let load = Load(senders: senders, to: "grace") { HTTPClient(port: port, timeout: Self.patience) }
        let reader = senders[0].0

        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await load.run() }
            try await eventually("messages are sent") { load.acknowledged.count >= 40 && load.inFlight >= 4 }
            let crash = ContinuousClock.now
            try await postgres.kill()

            try await eventually("the outage is felt") {
                load.attempts.filter { $0.answer?.status == 503 }.count >= 16
            }
            let read = try await client.inbox(of: reader)
            #expect(read.status == 503 && read.headers["Retry-After"] != nil, "\(read)")
            #expect(try await client.get("/readyz").status == 503)
            #expect(try await client.get("/livez").status == 200)

            try await eventually("Postgres starts again") {
                try await postgres.start()
                return true
            }
            let before = load.acknowledged.count
            try await eventually(within: .seconds(20), "it recovers") { load.acknowledged.count >= before + 40 }
            load.stop()
            try await tasks.waitForAll()
            #expect(!load.interrupted(at: crash).isEmpty, "requests were under way when it was killed")
        }

        for attempt in load.attempts where attempt.answer?.status != 200 {
            #expect(attempt.error == nil, "everybody gets an answer in time")
            guard let answer = attempt.answer else { continue }
            #expect(answer.status == 503, "\(answer)")
            #expect(answer.headers["Retry-After"] != nil)
            #expect(answer.string(at: "error") == "storage_error" && answer.string(at: "code") != nil, "\(answer)")
        }
        #expect(try await client.get("/readyz").status == 200)
        let texts = try await postgres.execute(
            "SELECT text FROM messages WHERE to_user = 'grace' AND from_user <> 'vibe'",
            database: "vibe"
        )
        load.expectEachOnce(in: texts.split(separator: "\n").map(String.init))
    }
}
