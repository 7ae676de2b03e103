import JSONText
import KernelTesting
import Postgres
import Testing

@testable import Engagement

@Suite("Waitlist", .serialized)
struct WaitlistTests {
    @Test("Addresses are kept, once each, as they can be written to")
    func join() async throws {
        try await withEngagement { service in
            let answer = try await service.post(
                "/api/waitlist",
                ["email": "  Ada@Example.COM ", "source": "twitter", "referrer": "eve"]
            )
            #expect(answer.status == 200)
            #expect(try await service.undocumented(answer, "post", "/api/waitlist").isEmpty)
            #expect(answer.int(at: "position") == 1)
            _ = try await service.post("/api/waitlist", ["email": "ada@example.com"])
            let kept =
                "SELECT count(*) FROM waitlist WHERE email = 'ada@example.com' AND position = 1 AND source = 'twitter'"
            #expect(try await service.value(.init(sql: kept)) == 1)
            #expect(try await service.value("SELECT count(*) FROM waitlist") == 1)
        }
    }

    @Test("Nothing tells whether an address is on the list")
    func enumeration() async throws {
        try await withEngagement { service in
            _ = try await service.post("/api/waitlist", ["email": "known@example.com"])
            let before = try await service.get("/api/waitlist").int(at: "total") ?? 0
            let known = try await service.post("/api/waitlist", ["email": "known@example.com"])
            let between = try await service.get("/api/waitlist").int(at: "total") ?? 0
            let unknown = try await service.post("/api/waitlist", ["email": "unknown@example.com"])
            let after = try await service.get("/api/waitlist").int(at: "total") ?? 0
            #expect(known.status == unknown.status)
            #expect(between - before == after - between)
            #expect(known.int(at: "position") == between)
            #expect(unknown.int(at: "position") == after)
            #expect(
                known.string(at: "message") == "You are number 2. If you have asked before, your earlier place counts."
            )
            #expect(
                unknown.string(at: "message")
                    == "You are number 3. If you have asked before, your earlier place counts."
            )
            for query in ["?email=known@example.com", "?email=nobody@example.com", "?admin=true"] {
                let answer = try await service.get("/api/waitlist\(query)")
                #expect(answer.text == (try await service.get("/api/waitlist")).text, "\(query)")
                #expect(try await service.undocumented(answer, "get", "/api/waitlist").isEmpty)
            }
        }
    }

    @Test("An address leaves with whoever left it signed in, and after two years")
    func leaving() async throws {
        let clock = ManualClock()
        try await withEngagement(clock: clock) { service in
            _ = try await service.post("/api/waitlist", as: "ada", ["email": "mine@example.com"])
            _ = try await service.post("/api/waitlist", ["email": "other@example.com"])
            #expect(try await service.export("ada").value(at: "engagement.waitlist[0]")?.string == "mine@example.com")
            #expect(try await service.export("eve").value(at: "engagement.waitlist[0]") == nil)
            try await service.erase("ada")
            #expect(try await service.traces(of: "mine@example.com").isEmpty)
            #expect(try await service.traces(of: "other@example.com") == ["waitlist"])
            try await PostgresWaitlistStore(database: service.database).forget(joinedBefore: clock.now.adding(days: 1))
            #expect(try await service.traces(of: "other@example.com").isEmpty)
        }
    }

    @Test("Addresses are limited per network")
    func limit() async throws {
        try await withEngagement(settings: ["engagement.waitlist_joins_per_hour": "2"], clock: ManualClock()) {
            service in
            for (number, status) in [(1, 200), (2, 200), (3, 429)] {
                let answer = try await service.post("/api/waitlist", ["email": "\(number)@example.com"])
                #expect(answer.status == status)
            }
        }
    }
}
