import Identity
import JSONText
import KernelTesting
import Testing

@testable import Messaging

/// With the real Identity: what two people see who arrive, are greeted, and write to each other.
@Suite("Newcomers", .serialized)
struct NewcomersTests {
    @Test("Register, be greeted once, write, read")
    func tour() async throws {
        try await withTestService(modules: [IdentityModule(), MessagingModule()]) { service in
            let ada = try await register("Ada-L", service)
            let bob = try await register("bob", service)
            try await eventually("both are greeted") {
                for (name, token) in [("ada-l", ada), ("bob", bob)] {
                    let inbox = try await service.client.get("/api/messages?user=\(name)", token: token)
                    guard inbox.strings("inbox", "from") == ["vibe"] else { return false }
                }
                return true
            }
            let welcome = try await service.client.get("/api/messages/welcome_ada_l", token: ada)
            #expect(welcome.string(at: "message.text")?.contains("#1") == true)

            let sent = try await service.client.post(
                "/api/messages",
                token: bob,
                json: ["to": "@ADA-L", "body": "hello", "text": "hello"]
            )
            #expect(sent.status == 200)
            #expect(sent.string(at: "message.to") == "ada-l")
            let thread = try await service.client.get("/api/messages?user=ada-l&with=bob", token: ada)
            #expect(thread.strings("thread", "text") == ["hello"])
            #expect(thread.bool(at: "thread[0].read") == true)

            let state = try await service.client.post(
                "/api/messages",
                token: bob,
                json: ["to": "solo-hangman", "text": "", "payload": ["word": "swift"]]
            )
            #expect(state.status == 200)
            #expect(state.string(at: "message.to") == "solo-hangman")
            #expect(try await service.client.get("/api/stats").int(at: "messages") == 4)
        }
    }

    private func register(_ name: String, _ service: TestService) async throws -> String {
        let answer = try await service.client.post(
            "/api/presence",
            json: ["action": "register", "username": .string(name)]
        )
        #expect(answer.status == 200)
        return try #require(answer.string(at: "token"))
    }
}
