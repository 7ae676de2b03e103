import JSONText
import Kernel
import KernelTesting
import Postgres
import Testing

@testable import SocialGraph

@Suite("SocialGraph")
struct SocialGraphTests {
    private let modules: [any FeatureModule] = [StandInIdentity(people: ["ada", "grace"]), SocialGraphModule()]

    @Test("An entry is stored and listed, newest first")
    func addAndList() async throws {
        let clock = ManualClock()
        try await withTestService(modules: modules, clock: clock) { service in
            for text in ["first", "second"] {
                let answer = try await service.client.post(
                    "/api/social-graph",
                    token: service.token(of: "ada"),
                    json: ["text": .string(text)]
                )
                #expect(answer.status == 201)
                #expect(answer.string(at: "entry.author") == "ada")
                clock.advance(by: .seconds(1))
            }
            let page = try await service.client.get("/api/social-graph?limit=1")
            #expect(page.status == 200)
            #expect(page.string(at: "entries[0].text") == "second")
            #expect(page.string(at: "entries[0].created_at") == "2026-01-08T16:00:01.000000Z")

            let next = try #require(page.string(at: "next"))
            let rest = try await service.client.get("/api/social-graph?limit=5&cursor=\(next)")
            #expect(rest.count(at: "entries") == 1)
            #expect(rest.string(at: "entries[0].text") == "first")
            #expect(rest.value(at: "next") == nil)
        }
    }

    @Test("The same Idempotency-Key stores one entry")
    func idempotency() async throws {
        try await withTestService(modules: modules) { service in
            var ids: Set<String?> = []
            for _ in 1...2 {
                let answer = try await service.client.post(
                    "/api/social-graph",
                    token: service.token(of: "ada"),
                    headers: [("Idempotency-Key", "the-first-entry")],
                    json: ["text": "once"]
                )
                #expect(answer.status == 201)
                ids.insert(answer.string(at: "entry.id"))
            }
            #expect(ids.count == 1)
            #expect(try await service.client.get("/api/social-graph").count(at: "entries") == 1)
        }
    }

    @Test("What is wrong is refused by name", arguments: ["{}", #"{"text": 7}"#, "[]"])
    func refused(body: String) async throws {
        try await withTestService(modules: modules) { service in
            let answer = try await service.client.request(
                "POST",
                "/api/social-graph",
                token: service.token(of: "ada"),
                body: .text(body)
            )
            #expect(answer.status == 400)
            #expect(answer.string(at: "code") != nil)
            #expect(try await service.client.post("/api/social-graph", json: ["text": "x"]).status == 401)
            #expect(try await service.client.get("/api/social-graph").count(at: "entries") == 0)
        }
    }

    @Test("Erasing a handle removes its entries and no others")
    func erase() async throws {
        try await withTestService(modules: modules) { service in
            for author in ["ada", "grace"] {
                _ = try await service.client.post(
                    "/api/social-graph",
                    token: service.token(of: author),
                    json: ["text": "hello"]
                )
            }
            let store = PostgresSocialGraphStore(database: service.database)
            #expect(try await store.all(of: "ada").map(\.text) == ["hello"])
            try await service.database.transaction { try await store.erase("ada", in: $0) }
            #expect(try await store.all(of: "ada").isEmpty)
            #expect(try await store.all(of: "grace").count == 1)
        }
    }
}
