import JSONText
import Kernel
import KernelTesting
import Testing

/// `/api/register` and `/api/agents` (original-api.md, 1.6).
@Suite struct AgentTests {
    private static let body: JSON = [
        "handle": "Helper-Bot", "display_name": "Helper", "operator": "ada", "is_agent": true, "model": "m1",
    ]

    @Test("an agent registers, acts with its key, and is listed")
    func register() async throws {
        try await withIdentity { service in
            let answer = try await service.documented(.post, "/api/register", json: Self.body)
            #expect(answer.status == 201, "\(answer)")
            let key = try #require(answer.string(at: "api_key"))
            #expect(key.wholeMatch(of: /vibe_agent_[0-9a-f]{48}/) != nil)
            let presence = try await service.beat(key, ["workingOn": "helping"])
            #expect(presence.bool(at: "presence.isAgent") == true)
            #expect(presence.string(at: "presence.operator") == "ada")
            try await service.beat(try #require(answer.string(at: "token")))

            let agents = try await service.documented(.get, "/api/agents")
            let names = agents.value(at: "agents")?.elements.compactMap { $0["handle"]?.string } ?? []
            #expect(names.first == "helper-bot")
            #expect(Set(names).isSuperset(of: ["vibe", "scout"]))
            let one = try await service.documented(.get, "/api/agents?handle=helper_bot")
            #expect(one.string(at: "agent.display_name") == "Helper")
            #expect(one.string(at: "agent.model") == "m1")
            #expect(one.string(at: "agent.one_liner") == "An agent of @ada")
            #expect(String(decoding: one.body, as: UTF8.self).contains("key") == false)
            _ = try await service.register("grace")
            #expect(try await service.documented(.get, "/api/agents?handle=grace").status == 404)
            #expect(try await service.documented(.get, "/api/agents/coordination").string(at: "source") == "static")
        }
    }

    @Test("names that people have, and bodies that lack something, are refused")
    func refusals() async throws {
        try await withIdentity { service in
            _ = try await service.register("helper_bot")
            let taken = try await service.documented(.post, "/api/register", json: Self.body)
            #expect(taken.status == 409)
            #expect(taken.string(at: "handle") == "helper-bot")
            guard case .object(let members) = Self.body else { return }
            for name in ["handle", "display_name", "operator", "is_agent"] {
                let without = JSON.object(members.filter { $0.0 != name })
                let answer = try await service.documented(.post, "/api/register", json: without)
                #expect(answer.status == 400)
                #expect(answer.string(at: "field") == name)
                for value: JSON in [42, ["a"]] {
                    let wrong = JSON.object(members.map { $0.0 == name ? ($0.0, value) : $0 })
                    let answer = try await service.documented(.post, "/api/register", json: wrong)
                    #expect(answer.status == 400)
                    #expect(answer.string(at: "field") == name)
                }
            }
            for (name, value) in [("scopes", "read" as JSON), ("scopes", ["admin"]), ("scopes", []), ("model", 1)] {
                let wrong = JSON.object(members.filter { $0.0 != name } + [(name, value)])
                #expect(try await service.documented(.post, "/api/register", json: wrong).string(at: "field") == name)
            }
            let reserved = JSON.object(members.map { $0.0 == "handle" ? ($0.0, "claude") : $0 })
            #expect(
                try await service.documented(.post, "/api/register", json: reserved).string(at: "code") == "reserved"
            )
        }
    }

    @Test("agents are paged by cursor")
    func pages() async throws {
        try await withIdentity { service in
            for number in 1...5 {
                let body: JSON = [
                    "handle": .string("bot_\(number)"), "display_name": "Bot", "operator": "ada", "is_agent": true,
                ]
                #expect(try await service.client.post("/api/register", json: body).status == 201)
            }
            var names: [String] = []
            var path: String? = "/api/agents?limit=2"
            while let next = path {
                let page = try await service.documented(.get, next)
                names += page.value(at: "agents")?.elements.compactMap { $0["handle"]?.string } ?? []
                path = page.string(at: "next").map { "/api/agents?limit=2&cursor=\($0)" }
            }
            #expect(names.count == 10)
            #expect(Set(names).count == 10)
        }
    }

    @Test("the same key registers an agent once")
    func idempotency() async throws {
        try await withIdentity { service in
            let headers = [("Idempotency-Key", "k1")]
            let first = try await service.client.post("/api/register", headers: headers, json: Self.body)
            #expect(first.status == 201)
            let again = try await service.client.post("/api/register", headers: headers, json: Self.body)
            #expect(again.status == 409)
            #expect(again.string(at: "code") == "already_issued")
        }
    }
}
