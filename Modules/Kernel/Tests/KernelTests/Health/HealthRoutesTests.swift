import HTTPTypes
import JSONText
import Logging
import NIOCore
import Synchronization
import Testing

@testable import Kernel

@Suite struct HealthRoutesTests {
    struct Down: Error {}

    let state = ServiceState()

    private func routes(
        databaseIsUp: Bool = true,
        modules: [HealthCheck] = [],
        stats: [StatsRoute.Hook] = []
    ) -> HealthRoutes {
        HealthRoutes(
            state: state,
            database: DatabaseProbe { if !databaseIsUp { throw Down() } },
            modules: modules,
            stats: StatsRoute(
                hooks: stats,
                clock: .system,
                logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
            ),
            version: "1.2.3",
            clock: .system
        )
    }

    private func serve() {
        state.schemaIsValid()
        state.ready()
    }

    /// The answer with what the outermost layer would make of an error.
    private func answer(_ body: () async throws(APIError) -> APIResponse) async -> (status: Int, json: JSONValue) {
        let (status, bytes): (Int, [UInt8])
        do {
            let response = try await body()
            (status, bytes) = (response.status.code, Array(response.body.readableBytesView))
        } catch {
            (status, bytes) = (error.status.code, JSON.object(error.extra).bytes)
        }
        guard let document = try? JSONDocument(bytes) else { preconditionFailure("no JSON in the answer") }
        return (status, document.root)
    }

    @Test func isReadyWhenAllIsWell() async {
        serve()
        let answer = await answer(routes(modules: [HealthCheck(name: "games") { nil }]).readyz)
        #expect(answer.status == 200)
        #expect(answer.json["ready"]?.bool == true)
        for name in ["service", "schema", "database", "games"] {
            #expect(answer.json["checks"]?[name]?["ok"]?.bool == true, "\(name)")
        }
    }

    @Test func isNotReadyWhileItStarts() async {
        let answer = await answer(routes().readyz)
        #expect(answer.status == 503)
        #expect(answer.json["ready"]?.bool == false)
        #expect(answer.json["checks"]?["service"]?["reason"]?.string == "starting")
        #expect(answer.json["checks"]?["schema"]?["reason"]?.string == "not validated")
    }

    @Test func isNotReadyWhileItDrains() async {
        serve()
        state.drain()
        let answer = await answer(routes().readyz)
        #expect(answer.status == 503)
        #expect(answer.json["checks"]?["service"]?["reason"]?.string == "draining")
        #expect(routes().livez().status == .ok)
    }

    @Test func saysWhichPartIsNotReady() async {
        serve()
        let modules = [
            HealthCheck(name: "games") { "no dice" },
            HealthCheck(name: "stuck") {
                try? await Task.sleep(for: .seconds(3_600))
                return nil
            },
        ]
        let answer = await answer(routes(databaseIsUp: false, modules: modules).readyz)
        #expect(answer.status == 503)
        #expect(answer.json["checks"]?["service"]?["ok"]?.bool == true)
        #expect(answer.json["checks"]?["database"]?["reason"]?.string == "unreachable")
        #expect(answer.json["checks"]?["games"]?["reason"]?.string == "no dice")
        #expect(answer.json["checks"]?["stuck"]?["reason"]?.string == "no answer within a second")
    }

    @Test func healthHasTheOriginalsMembers() async {
        let genesis: JSON = ["genesis_remaining": 7]
        let routes = routes(
            modules: [HealthCheck(name: "games") { "no dice" }],
            stats: [{ [("total_registered", 3), ("genesis", genesis)] }]
        )
        let short = await answer { await routes.health(full: false) }
        #expect(short.status == 200)
        #expect(short.json["status"]?.string == "healthy")
        #expect(short.json["version"]?.string == "1.2.3")
        #expect(short.json["checks"]?["postgres"]?["status"]?.string == "ok")
        #expect(short.json["checks"]?["postgres"]?["latency"]?.double != nil)
        #expect(short.json["responseTime"]?.double != nil)
        #expect(short.json["stats"] == nil)
        let full = await answer { await routes.health(full: true) }
        #expect(full.json["status"]?.string == "degraded")
        #expect(full.json["checks"]?["games"]?["status"]?.string == "error")
        #expect(full.json["stats"]?["registeredHandles"]?.int64 == 3)
        #expect(full.json["stats"]?["genesisRemaining"]?.int64 == 7)
    }

    @Test func healthIsDegradedWithoutADatabase() async {
        let answer = await answer { await routes(databaseIsUp: false).health(full: false) }
        #expect(answer.status == 200)
        #expect(answer.json["status"]?.string == "degraded")
    }

    @Test func databaseHealthSaysOk() async {
        let up = await answer(routes().databaseHealth)
        #expect(up.status == 200)
        #expect(up.json["ok"]?.bool == true)
        #expect(up.json["postgres"]?["enabled"]?.bool == true)
        let down = await answer(routes(databaseIsUp: false).databaseHealth)
        #expect(down.status == 503)
        #expect(down.json["ok"]?.bool == false)
        #expect(down.json["postgres"]?["error"]?.string == "unreachable")
    }

    @Test func theDatabaseIsAskedOnceForManyReaders() async {
        let calls = Atomic<Int>(0)
        let probe = DatabaseProbe { calls.add(1, ordering: .relaxed) }
        await withTaskGroup { group in
            for _ in 0..<50 { group.addTask { _ = await probe.result() } }
        }
        // Once per 250 ms; the machine would have to stand still for a second and more to need these many.
        #expect(calls.load(ordering: .relaxed) < 5)
    }
}
