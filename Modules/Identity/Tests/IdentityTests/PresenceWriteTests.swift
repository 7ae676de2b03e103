import JSONText
import Kernel
import KernelTesting
import Postgres
import Testing

@Suite struct PresenceWriteTests {
    @Test(
        "a member of another type is refused on every route that documents it",
        arguments: ["/api/presence", "/api/v2/presence", "/api/presence/heartbeat"]
    )
    func wrongTypes(path: String) async throws {
        try await withIdentity { service in
            let token = try await service.register("ada")
            let texts = [
                "action", "username", "handle", "publicKey", "recoveryKey", "agentType", "typingTo", "workingOn",
                "one_liner", "project", "location", "status", "source", "mood", "file", "branch", "repo", "error",
                "note", "awayMessage", "availableFor",
            ]
            for (names, value) in [
                (texts, JSON.int(42)), (["isAgent", "human_present"], "yes"), (["context"], "text"),
                (["reach_via"], "dm"), (["reach_via"], [1]),
            ] {
                for name in names {
                    let answer = try await service.client.post(path, token: token, json: .object([(name, value)]))
                    #expect(answer.status == 400, "\(name): \(answer)")
                    #expect(answer.string(at: "field") == name, "\(name): \(answer)")
                    try await service.beat(token, .object([(name, .null)]), path: path)
                }
            }
            let action = try await service.client.post(path, token: token, json: ["action": "dance"])
            #expect(action.string(at: "field") == "action")
        }
    }

    @Test("a register and a check refuse what a heartbeat would")
    func wrongTypesOfOtherActions() async throws {
        try await withIdentity { service in
            for action in ["check", "register"] {
                let body: JSON = ["action": .string(action), "username": "ada", "reach_via": 1]
                let answer = try await service.client.post("/api/presence", json: body)
                #expect(answer.string(at: "field") == "reach_via")
            }
        }
    }

    @Test("of two members that mean the same, both are checked")
    func bothSpellings() async throws {
        try await withIdentity { service in
            let token = try await service.register("ada")
            let answer = try await service.client.post(
                "/api/presence",
                token: token,
                json: ["workingOn": "notes", "one_liner": 1]
            )
            #expect(answer.string(at: "field") == "one_liner")
        }
    }

    @Test("a repeated key gives a heartbeat's answer again, and never a token")
    func keys() async throws {
        try await withIdentity { service in
            let body = TestService.registering("ada")
            let first = try await service.client.post("/api/presence", headers: [("Idempotency-Key", "r1")], json: body)
            let token = try #require(first.string(at: "token"))
            let again = try await service.client.post("/api/presence", headers: [("Idempotency-Key", "r1")], json: body)
            #expect(again.status == 409)
            #expect(again.string(at: "code") == "already_issued")
            for (body, member) in [
                (["workingOn": "notes"] as JSON, "presence.workingOn"), (["typingTo": "ada"], "expiresIn"),
                (["action": "check", "username": "grace"], "handle"),
            ] {
                let first = try await service.client.post(
                    "/api/presence",
                    token: token,
                    headers: [("Idempotency-Key", member)],
                    json: body
                )
                let again = try await service.client.post(
                    "/api/presence",
                    token: token,
                    headers: [("Idempotency-Key", member)],
                    json: body
                )
                #expect(again.status == 200, "\(again)")
                #expect(again.headers["Idempotency-Replayed"] == "true")
                #expect(again.string(at: member) != nil)
                #expect(again.body == first.body)
            }
        }
    }

    @Test("who is suspended leaves the lists, and returns when the operator says so")
    func suspension() async throws {
        let clock = ManualClock()
        try await withIdentity(clock: clock) { service in
            let token = try await service.register("ada")
            try await service.beat(token)
            try await eventually {
                try await service.database.read("SELECT FROM presence WHERE username = 'ada'").count == 1
            }
            _ = try await service.database.write("UPDATE handles SET status = 'suspended' WHERE handle = 'ada'")
            try await eventually { try await !service.activeNames().contains("ada") }
            let recent = try await service.client.get("/api/v2/presence?include=recent")
            #expect(recent.value(at: "users")?.elements.contains { $0["handle"]?.string == "ada" } == false)
            #expect(try await service.client.post("/api/presence", token: token, json: [:]).status == 401)
            _ = try await service.database.write("UPDATE handles SET status = 'active' WHERE handle = 'ada'")
            try await eventually {
                try await service.client.post("/api/presence", token: token, json: [:]).status == 200
            }
            #expect(try await service.activeNames().contains("ada"))
        }
    }
}
