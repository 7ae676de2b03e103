import JSONText
import KernelTesting
import Testing

@testable import Messaging

@Suite("What clients call and nothing depends on", .serialized)
struct CourtesyTests {
    @Test("Plain answers, with a token or without, in which clients find what they read")
    func answers() async throws {
        try await withMessaging { service in
            for token in [nil, service.token(of: "ada"), "dead"] {
                let version = try await service.client.get("/api/version", token: token)
                #expect(version.string(at: "version") == "0.4.10")
                #expect(version.bool(at: "breaking") == false)
                #expect(try await service.undocumented(version, "get", "/api/version") == [])
                for query in ["", "?limit=5", "?stats=true"] {
                    let echo = try await service.client.get("/api/echo\(query)", token: token)
                    #expect(echo.count(at: "feedback") == 0)
                    #expect(echo.int(at: "stats.total") == 0)
                    #expect(try await service.undocumented(echo, "get", "/api/echo") == [])
                }
                let said = try await service.client.post(
                    "/api/echo",
                    token: token,
                    json: ["handle": "ada", "content": "nice", "anonymous": false]
                )
                #expect(said.bool(at: "success") == true)
                #expect(try await service.undocumented(said, "post", "/api/echo") == [])
                let list = try await service.client.get("/api/onboarding/checklist?handle=ada", token: token)
                #expect(list.count(at: "tasks") == 1)
                #expect(list.int(at: "progress.completed") == list.int(at: "progress.total"))
                #expect(try await service.undocumented(list, "get", "/api/onboarding/checklist") == [])
                let bridge = try await service.client.post(
                    "/api/discord-bridge",
                    token: token,
                    json: ["type": "game", "data": ["winner": "ada"]]
                )
                #expect(bridge.bool(at: "success") == true)
                #expect(try await service.undocumented(bridge, "post", "/api/discord-bridge") == [])
            }
        }
    }

    @Test("What makes no sense is 400")
    func badInput() async throws {
        try await withMessaging { service in
            let bad: [(JSON, String)] = [
                ([:], "content"), (["content": "  a "], "content"), (["content": 1], "content"),
                (["content": "fine", "handle": []], "handle"), (["content": "fine", "handle": "a b"], "handle"),
                (["content": "fine", "anonymous": "no"], "anonymous"),
                (["content": .string(String(repeating: "x", count: 1_001))], "content"),
            ]
            for (body, field) in bad {
                let answer = try await service.client.post("/api/echo", json: body)
                #expect(answer.status == 400, "\(answer)")
                #expect(answer.string(at: "field") == field)
            }
            #expect(try await service.client.post("/api/discord-bridge", json: []).status == 400)
            #expect(try await service.client.get("/api/onboarding/checklist?handle=%00").status == 400)
        }
    }
}
