import Identity
import JSONText
import KernelTesting
import Testing

@testable import Messaging

/// With the real Identity: what the first token of a name can read.
@Suite("Claims", .serialized)
struct ClaimTests {
    @Test("The very first look into the mailbox already lacks what is too old")
    func firstLook() async throws {
        let clock = ManualClock()
        try await withTestService(modules: [IdentityModule(), MessagingModule()], clock: clock) { service in
            let ada = try await register("ada", service)
            for (text, days) in [("too old", 61), ("fresh", 30)] {
                let sent = try await service.client.post(
                    "/api/messages",
                    token: ada,
                    json: ["to": "later", "text": .string(text)]
                )
                #expect(sent.status == 200)
                clock.advance(by: .seconds(days * 86_400))
            }
            let later = try await register("later", service)
            // No event has to be handled first.
            let inbox = try await service.client.get("/api/messages?user=later", token: later)
            #expect(inbox.strings("inbox", "text").filter { !$0.hasPrefix("Welcome") } == ["fresh"])
            #expect(!inbox.text.contains("too old"))
            let thread = try await service.client.get("/api/messages?user=ada&with=later", token: ada)
            #expect(thread.strings("thread", "text") == ["too old", "fresh"])
        }
    }

    private func register(_ name: String, _ service: TestService) async throws -> String {
        let answer = try await service.client.post(
            "/api/presence",
            json: ["action": "register", "username": .string(name)]
        )
        return try #require(answer.string(at: "token"), "\(answer)")
    }
}
