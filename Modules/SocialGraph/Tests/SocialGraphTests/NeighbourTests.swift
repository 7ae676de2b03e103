import Identity
import JSONText
import Kernel
import KernelTesting
import Messaging
import Postgres
import Testing

@testable import SocialGraph

/// Consent and blocks as people meet them: through the messages and lists of the real neighbours.
@Suite("With Identity and Messaging", .serialized)
struct NeighbourTests {
    @Test("A stranger's first message is delivered and becomes a request; a second one does not accept it")
    func firstMessages() async throws {
        try await withNeighbours { service, ada, eve in
            let first = try await service.send(ada, to: "eve", "hello, may I?")
            #expect(first.status == 200)
            #expect(first.string(at: "consent") == "pending")
            let second = try await service.send(ada, to: "eve", "still there?")
            #expect(second.string(at: "consent") == "pending")

            let thread = try await service.client.get("/api/messages?user=eve&with=ada", token: eve)
            #expect(thread.strings("messages", "text") == ["hello, may I?", "still there?"])
            let waiting = try await service.client.get("/api/consent", token: eve)
            #expect(waiting.strings("pending", "from") == ["ada"])
            #expect(waiting.string(at: "pending[0].message") == "hello, may I?")

            let accepted = try await service.client.post(
                "/api/consent",
                token: eve,
                json: ["action": "accept", "from": "ada", "to": "eve"]
            )
            #expect(accepted.string(at: "status") == "accepted")
            #expect(try await service.send(ada, to: "eve", "thanks").string(at: "consent") == "accepted")
            #expect(try await service.send(eve, to: "ada", "well").string(at: "consent") == "accepted")
        }
    }

    @Test("An answer accepts")
    func answer() async throws {
        try await withNeighbours { service, ada, eve in
            try await service.send(ada, to: "eve", "hello")
            #expect(try await service.send(eve, to: "ada", "hello yourself").string(at: "consent") == "accepted")
            #expect(try await service.send(ada, to: "eve", "nice").string(at: "consent") == "accepted")
            #expect(try await service.client.get("/api/consent", token: eve).int(at: "count") == 0)
        }
    }

    @Test("Twenty messages a day until accepted; no kind of payload exempts from it")
    func limit() async throws {
        try await withNeighbours { service, ada, _ in
            for n in 1...19 { #expect(try await service.send(ada, to: "eve", "\(n)").status == 200) }
            let handshake: JSON = ["to": "eve", "payload": ["type": "handshake"], "type": "handshake"]
            let last = try await service.client.post("/api/messages", token: ada, json: handshake)
            #expect(last.string(at: "consent") == "pending")
            let refused = try await service.client.post("/api/messages", token: ada, json: handshake)
            #expect(refused.status == 429)
            #expect(refused.string(at: "code") == "stranger_limit")
            #expect(
                try await service.value("SELECT count(*) FROM messages WHERE to_user = 'eve' AND NOT system_msg") == 20
            )
        }
    }

    @Test("With consent enforced the first message is the only one, on both ways to send")
    func enforced() async throws {
        try await withNeighbours(["social_graph.enforce_consent": "true"]) { service, ada, eve in
            #expect(try await service.send(ada, to: "eve", "hello").string(at: "consent") == "pending")
            for path in ["/api/messages", "/api/messages/send"] {
                let refused = try await service.client.post(
                    path,
                    token: ada,
                    json: ["to": "eve", "text": "hello?", "payload": ["type": "handshake"]]
                )
                #expect(refused.status == 403)
                #expect(refused.string(at: "error") == "consent_required")
            }
            try await service.send(eve, to: "ada", "come in")
            #expect(try await service.send(ada, to: "eve", "thanks").status == 200)
        }
    }

    @Test("First messages at once make one request, and as many messages as were accepted")
    func atOnce() async throws {
        try await withNeighbours { service, ada, _ in
            let accepted = try await withThrowingTaskGroup(of: Int.self) { group in
                for n in 1...30 {
                    group.addTask { try await service.send(ada, to: "eve", "\(n)").status == 200 ? 1 : 0 }
                }
                return try await group.reduce(0, +)
            }
            #expect(accepted == 20)
            #expect(try await service.value("SELECT count(*) FROM user_connections") == 1)
            #expect(try await service.value("SELECT count(*) FROM connection_ledger") == 1)
            let stored = "SELECT count(*) FROM messages WHERE from_user = 'ada' AND to_user = 'eve'"
            #expect(try await service.value(PostgresQuery(sql: stored)) == 20)
        }
    }

    @Test("A block ends messages both ways, and neither sees the other")
    func block() async throws {
        try await withNeighbours { service, ada, eve in
            try await service.send(ada, to: "eve", "hello")
            try await service.send(eve, to: "ada", "hello")
            for token in [ada, eve] { _ = try await service.client.post("/api/presence", token: token, json: [:]) }
            #expect(try await service.active(as: eve).contains("ada"))
            #expect(try await service.active(as: ada).contains("eve"))

            let block: JSON = ["action": "block", "from": "ada", "to": "eve"]
            #expect(try await service.client.post("/api/consent", token: eve, json: block).status == 200)
            for (token, other) in [(ada, "eve"), (eve, "ada")] {
                for path in ["/api/messages", "/api/messages/send"] {
                    let refused = try await service.client.post(
                        path,
                        token: token,
                        json: ["to": .string(other), "text": "x", "payload": ["type": "handshake"]]
                    )
                    #expect(refused.status == 403)
                    #expect(refused.string(at: "error") == "consent_blocked")
                }
                #expect(try await !service.active(as: token).contains(other))
                let name = other == "eve" ? "ada" : "eve"
                let inbox = try await service.client.get("/api/messages?user=\(name)", token: token)
                #expect(!inbox.strings("threads", "with").contains(other))
            }
            // Who is not signed in sees both.
            #expect(Set(try await service.active(as: nil)).isSuperset(of: ["ada", "eve"]))

            let unblock: JSON = ["action": "unblock", "from": "ada", "to": "eve"]
            #expect(try await service.client.post("/api/consent", token: eve, json: unblock).status == 200)
            #expect(try await service.send(ada, to: "eve", "again").string(at: "consent") == "pending")
            #expect(try await service.active(as: ada).contains("eve"))
        }
    }

    @Test("The house, the stores of games and oneself need no consent and count against no limit")
    func exempt() async throws {
        try await withNeighbours { service, ada, eve in
            for to in ["vibe", "solo-hangman", "wordassociation-room", "ada"] {
                for n in 1...25 {
                    let answer = try await service.send(ada, to: to, "\(n)")
                    #expect(answer.status == 200, "\(to): \(answer)")
                    #expect(answer.string(at: "consent") == "accepted")
                }
            }
            #expect(try await service.value("SELECT count(*) FROM user_connections") == 0)
            // The welcome came from the house, which nobody asked.
            try await eventually("eve is greeted") {
                let inbox = try await service.client.get("/api/messages?user=eve", token: eve)
                return inbox.strings("threads", "with").contains("vibe")
            }
            #expect(try await service.client.get("/api/consent", token: eve).int(at: "count") == 0)
        }
    }

    @Test("A retry of a message that was accepted gets its first answer, and counts once")
    func retry() async throws {
        try await withNeighbours { service, ada, _ in
            let message: JSON = ["id": "m1", "to": "eve", "text": "once"]
            for _ in 1...30 {
                let answer = try await service.client.post("/api/messages", token: ada, json: message)
                #expect(answer.status == 200)
            }
            #expect(try await service.value("SELECT stranger_messages FROM user_connections") == 1)
        }
    }

    @Test("A name that nobody has can be written to, and finds the request when it is claimed")
    func placeholder() async throws {
        try await withNeighbours { service, ada, _ in
            #expect(try await service.send(ada, to: "new-here", "welcome").string(at: "consent") == "pending")
            let token = try await service.register("new-here")
            #expect(try await service.client.get("/api/consent", token: token).strings("pending", "from") == ["ada"])
        }
    }

    private func withNeighbours(
        _ settings: [String: String] = [:],
        _ body: (_ service: TestService, _ ada: String, _ eve: String) async throws -> Void
    ) async throws {
        var values = [
            "identity.registers_per_hour": "0", "identity.presence_per_minute": "0", "limits.reads_per_minute": "0",
            "messaging.messages_per_minute": "0", "social_graph.changes_per_minute": "0",
        ]
        values.merge(settings) { $1 }
        let modules: [any FeatureModule] = [IdentityModule(), SocialGraphModule(), MessagingModule()]
        try await withTestService(modules: modules, settings: values) { service in
            let ada = try await service.register("ada")
            let eve = try await service.register("eve")
            try await body(service, ada, eve)
        }
    }
}

extension TestService {
    /// Claims a handle and gives its token.
    fileprivate func register(_ name: String) async throws -> String {
        let answer = try await client.post("/api/presence", json: ["action": "register", "username": .string(name)])
        return try #require(answer.string(at: "token"), "\(answer)")
    }

    @discardableResult
    fileprivate func send(_ token: String, to: String, _ text: String) async throws -> HTTPAnswer {
        try await client.post("/api/messages", token: token, json: ["to": .string(to), "text": .string(text)])
    }

    /// Who is here, as the owner of a token sees it.
    fileprivate func active(as token: String?) async throws -> [String] {
        try await client.get("/api/presence", token: token).strings("active", "username")
    }
}
