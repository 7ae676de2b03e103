import JSONText
import KernelTesting
import Postgres
import Testing

@testable import Engagement

@Suite("Funnel", .serialized)
struct FunnelTests {
    @Test("Steps are counted by day, many at once too, in the shapes of both generations of clients")
    func count() async throws {
        let clock = ManualClock()
        try await withEngagement(clock: clock) { service in
            let answer = try await service.post(
                "/api/events",
                ["event": "mcp_installed", "handle": "ada", "metadata": ["host": "secret-machine"]]
            )
            #expect(answer.status == 200)
            #expect(answer.bool(at: "logged") == true)
            #expect(try await service.undocumented(answer, "post", "/api/events").isEmpty)
            try await withThrowingTaskGroup(of: Void.self) { tasks in
                for _ in 1...20 {
                    tasks.addTask {
                        let answer = try await service.post(
                            "/api/analytics/events",
                            ["type": "session_started", "handle": "ada", "data": ["host": "secret-machine"]]
                        )
                        #expect(answer.bool(at: "logged") == true)
                    }
                }
                try await tasks.waitForAll()
            }
            let today = try await service.get("/api/events")
            #expect(try await service.undocumented(today, "get", "/api/events").isEmpty)
            #expect(today.int(at: "today.session_started") == 20)
            #expect(today.int(at: "today.mcp_installed") == 1)
            #expect(try await service.traces(of: "secret-machine").isEmpty)
            clock.advance(by: .seconds(86_400))
            #expect(try await service.get("/api/events").value(at: "today.session_started") == nil)
        }
    }

    @Test("Unknown steps are refused by the one route and taken without counting by the other")
    func unknown() async throws {
        try await withEngagement { service in
            let refused = try await service.post("/api/events", ["event": "made_up"])
            #expect(refused.status == 400)
            #expect(refused.string(at: "field") == "event")
            let taken = try await service.post(
                "/api/analytics/events",
                ["type": "tool_used", "handle": "ada", "data": nil]
            )
            #expect(taken.status == 200)
            #expect(taken.bool(at: "logged") == false)
            #expect(try await service.undocumented(taken, "post", "/api/analytics/events").isEmpty)
            #expect(try await service.value("SELECT count(*) FROM funnel_counts") == 0)
        }
    }

    @Test("Who took a step: the token's owner, else the name in the body if it is somebody's, never a new name")
    func who() async throws {
        try await withEngagement { service in
            _ = try await service.post("/api/events", as: "eve", ["event": "handle_claimed", "handle": "ada"])
            for name in ["grace-h", "nobody_here", "vibe", "??"] {
                let answer = try await service.post("/api/events", ["event": "error", "handle": .string(name)])
                #expect(answer.status == 200)
            }
            #expect(try await service.value("SELECT count(*) FROM funnel_people") == 2)
            #expect(try await service.export("eve").value(at: "engagement.funnel[0].event")?.string == "handle_claimed")
            #expect(try await service.export("grace_h").value(at: "engagement.funnel[0].event")?.string == "error")
            #expect(try await service.value("SELECT count(*) FROM handles WHERE handle = 'nobody_here'") == 0)
        }
    }
}
