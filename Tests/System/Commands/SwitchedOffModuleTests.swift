import JSONText
import KernelTesting
import Testing

/// A module that is switched off is gone, and its data is not.
@Suite struct SwitchedOffModuleTests {
    @Test("its routes, its part of the document and its handlers are gone; its schema stays")
    func messagingOff() async throws {
        try await withService(environment: ["VIBE_MODULES_MESSAGING_ENABLED": "false"]) { service, database in
            let client = service.client()
            let ada = try await client.register("ada")
            for path in ["/api/messages?user=ada", "/api/messages/inbox?handle=ada", "/api/messages/some-id"] {
                let answer = try await client.get(path, token: ada.token)
                #expect(answer.status == 404 && answer.string(at: "code") == "not_found", "\(path): \(answer)")
            }
            let sent = try await client.send("hello", from: ada, to: "grace")
            #expect(sent.status == 404 && sent.string(at: "error") != nil, "\(sent)")

            let paths = try #require(try await client.get("/openapi.json").value(at: "paths")).members.map(\.key)
            #expect(paths.contains("/api/presence"))
            #expect(!paths.contains { $0.hasPrefix("/api/messages") }, "\(paths)")
            // Nobody handles the event that would greet her.
            #expect(try await database.count("outbox") == 0)
            #expect(try await database.count("schema_migrations WHERE module = 'messaging'") > 0)
        }
    }
}
