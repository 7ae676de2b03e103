import Contracts
import JSONText
import Kernel
import KernelTesting
import Postgres
import Testing

@testable import Messaging

/// What somebody finds who claims a name to which others have written.
@Suite("Mail to a name before its claim", .serialized)
struct HandoverTests {
    @Test("The new owner gets what is at most 90 days old and nothing else; the senders keep everything")
    func claim() async throws {
        let clock = ManualClock()
        try await withMessaging(clock: clock) { service in
            try await service.send("ada", "eve", "secret", id: "old1")
            try await service.send("bot", "eve", "secret", id: "old2")
            try await service.send("ada", "bot", "untouched", id: "other")
            clock.advance(by: .seconds(90 * 86_400 + 1))
            try await service.send("ada", "eve", "fresh", id: "new1")
            try await register(service, at: clock.now)

            let inbox = try await service.get("/api/messages?user=eve", as: "eve")
            #expect(Set(inbox.strings("inbox", "id")) == ["new1", "welcome_eve"])
            #expect(Set(inbox.strings("messages", "id")) == ["new1", "welcome_eve"])
            #expect(Set(inbox.strings("threads", "with")) == ["ada", "vibe"])
            #expect(inbox.int(at: "unread") == 2)
            for path in [
                "/api/messages?user=eve&unreadOnly=true", "/api/messages?user=eve&since=1",
                "/api/messages?user=eve&with=ada",
                "/api/messages?user=eve&with=bot", "/api/messages/thread?me=eve&them=bot",
                "/api/messages/inbox?handle=eve",
            ] {
                let answer = try await service.get(path, as: "eve")
                #expect(answer.status == 200)
                #expect(!answer.text.contains("secret") && !answer.text.contains("old"), "\(path)")
            }
            #expect(try await service.get("/api/messages/old1", as: "eve").status == 404)
            let mark = try await service.client.request(
                "PATCH",
                "/api/messages/old1",
                token: service.token(of: "eve"),
                body: .text(#"{"read":true}"#)
            )
            #expect(mark.status == 404)
            let export = try await MessageHistory(service.database).export("eve").bytes
            #expect(!String(decoding: export, as: UTF8.self).contains("secret"))

            let ada = try await service.get("/api/messages?user=ada&with=eve", as: "ada")
            #expect(ada.strings("thread", "text") == ["secret", "fresh"])
            let sent = try await service.get("/api/messages?user=bot&sent=true", as: "bot")
            #expect(sent.strings("sent", "text") == ["secret"])
            #expect(sent.string(at: "sent[0].readStatus") == "Delivered")
            #expect(try await service.get("/api/messages/old2", as: "bot").string(at: "message.text") == "secret")
            #expect(try await service.get("/api/messages?user=bot", as: "bot").strings("inbox", "id") == ["other"])
        }
    }

    @Test("A thread whose mail was withheld goes on as any other")
    func goesOn() async throws {
        let clock = ManualClock()
        try await withMessaging(clock: clock) { service in
            try await service.send("ada", "eve", "secret")
            clock.advance(by: .seconds(91 * 86_400))
            try await register(service, at: clock.now)
            try await service.send("eve", "ada", "hello")
            try await service.send("ada", "eve", "welcome here")
            let eve = try await service.get("/api/messages?user=eve&with=ada", as: "eve")
            #expect(eve.strings("thread", "text") == ["hello", "welcome here"])
            let ada = try await service.get("/api/messages?user=ada&with=eve", as: "ada")
            #expect(ada.strings("thread", "text") == ["secret", "hello", "welcome here"])
            #expect(try await service.get("/api/messages?user=eve", as: "eve").int(at: "unread") == 1)
        }
    }

    /// Takes the place of Identity's claim, and waits until the newcomer was greeted.
    private func register(_ service: TestService, at time: PostgresTimestamp) async throws {
        _ = try await service.database.write(
            PostgresMessageStore.withholding(from: "eve", before: time.addingDays(-PostgresMessageStore.waitingDays))
        )
        let payload = PostgresJSON(#"{"handle":"eve","isAgent":false}"#)
        try await service.database.write(
            """
            INSERT INTO outbox (handler, event, version, payload)
            VALUES ('messaging.welcome', \(HandleRegistered.name), 1, \(payload))
            """
        )
        try await eventually("the event is handled") { try await service.value("SELECT count(*) FROM outbox") == 0 }
    }
}
