import JSONText
import Kernel
import KernelTesting
import Postgres
import Testing

/// What modules' tests rely on, on a service with nothing but people.
@Suite("Service under test")
struct TestServiceTests {
    private let people: [any FeatureModule] = [StandInIdentity(people: ["ada"])]

    @Test("The service is ready, keeps connections alive and is gone afterwards")
    func lifecycle() async throws {
        let port = try await withTestService(modules: people) { service in
            for path in ["/readyz", "/livez", "/readyz"] {
                let answer = try await service.client.get(path)
                #expect(answer.status == 200)
            }
            #expect(try await service.client.get("/nothing").status == 404)
            return service.port
        }
        await #expect(throws: HTTPClientError.self) { try await HTTPClient(port: port).get("/livez") }
    }

    @Test("An error of the test comes through, and the service is stopped all the same")
    func failure() async throws {
        struct Expected: Error {}
        await #expect(throws: Expected.self) {
            try await withTestService(modules: people) { _ in throw Expected() }
        }
    }

    @Test("What stops the start comes through")
    func refusedStart() async throws {
        await #expect(throws: ModuleGraphError.self) {
            try await withTestService(modules: people + people) { _ in }
        }
    }

    @Test("Many requests at once are answered each on its own")
    func concurrency() async throws {
        try await withTestService(modules: people) { service in
            try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 1...50 { group.addTask { try await service.client.get("/api/health").status } }
                for try await status in group { #expect(status == 200) }
            }
        }
    }

    @Test("Raw connections send what no client should")
    func raw() async throws {
        try await withTestService(modules: people) { service in
            let connection = try await service.client.rawConnection()
            let request = "GET /livez HTTP/1.1\r\nHost: a\r\n\r\n"
            try await connection.send(request + request)
            #expect(try await connection.answer().status == 200)
            #expect(try await connection.answer().status == 200)
            try await connection.send("NONSENSE\r\n\r\n")
            #expect(try await connection.answer().status == 400)
        }
    }

    @Test("Databases are apart, and cloned with the modules' schema")
    func databases() async throws {
        try await withTestDatabase(modules: people) { one in
            try await one.client.write("INSERT INTO handles (handle, shown) VALUES ('ada', 'ada')")
            try await withTestDatabase(modules: people) { other in
                let rows = try await other.client.read("SELECT count(*) FROM handles")
                #expect(rows[0].int64(0) == 0)
                #expect(one.url != other.url)
            }
        }
        try await withTestDatabase(modules: nil) { empty in
            _ = await #expect(throws: PostgresError.self) {
                try await empty.client.read("SELECT * FROM handles")
            }
        }
    }

    @Test("Time and ids are the test's")
    func determinism() {
        let clock = ManualClock()
        #expect(clock.now == clock.wallClock.now)
        let before = clock.now.microseconds
        clock.advance(by: .milliseconds(1_500))
        #expect(clock.wallClock.now.microseconds == before + 1_500_000)
        clock.set(to: PostgresTimestamp(microseconds: 0))
        #expect(clock.now.microseconds == 0)

        let (one, other) = (IdentifierSource.sequential(), IdentifierSource.sequential())
        #expect(one.make("id_", at: clock.now) == other.make("id_", at: clock.now))
        #expect(one.bytes(10) == [0, 0, 0, 0, 0, 0, 0, 0, 0, 2])
        #expect(one.make("id_", at: clock.now) < one.make("id_", at: clock.now))
    }

    @Test("Waiting ends when it holds, and at the deadline says what did not happen")
    func waiting() async throws {
        var looks = 0
        try await eventually {
            looks += 1
            return looks == 3
        }
        #expect(looks == 3)
        let error = await #expect(throws: DidNotHappen.self) {
            try await eventually(within: .milliseconds(20), "the end of days") { throw HTTPClientError.closed }
        }
        #expect(error?.description.contains("the end of days") == true)
        #expect(error?.lastError != nil)
    }
}
