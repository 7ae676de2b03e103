import JSONText
import KernelTesting
import Testing

@testable import Messaging

@Suite("One message", .serialized)
struct SingleMessageTests {
    @Test("Both sides see it, each from their own; reading it marks nothing")
    func get() async throws {
        try await withMessaging { service in
            try await service.send("ada", "bot", "hi", id: "m1")
            let sender = try await service.get("/api/messages/m1", as: "ada")
            let recipient = try await service.get("/api/messages/m1", as: "bot")
            #expect(try await service.undocumented(sender, "get", "/api/messages/{id}") == [])
            #expect(sender.string(at: "message.direction") == "sent")
            #expect(recipient.string(at: "message.direction") == "received")
            #expect(recipient.bool(at: "message.read") == false)
            #expect(try await service.get("/api/messages/nothing", as: "ada").status == 404)
            #expect(try await service.get("/api/messages/a%00b", as: "ada").status == 400)
        }
    }

    @Test("The recipient marks it as read, once; the sender may not")
    func patch() async throws {
        let clock = ManualClock()
        try await withMessaging(clock: clock) { service in
            try await service.send("ada", "eve", "hi", id: "m1")
            func patch(_ handle: String, _ body: JSON) async throws -> HTTPAnswer {
                try await service.client.patch("/api/messages/m1", token: service.token(of: handle), json: body)
            }
            #expect(try await patch("ada", ["read": true]).status == 403)
            for wrong: JSON in [["read": false], ["read": "true"], [:]] {
                let answer = try await patch("eve", wrong)
                #expect(answer.status == 400)
                #expect(answer.string(at: "field") == "read")
            }
            let first = try await patch("eve", ["read": true])
            #expect(try await service.undocumented(first, "patch", "/api/messages/{id}") == [])
            #expect(first.string(at: "message.readAt") == "2026-01-08T16:00:00.000000Z")
            clock.advance(by: .seconds(60))
            #expect(try await patch("eve", ["read": true]).text == first.text)
            #expect(try await service.get("/api/messages/inbox?handle=eve", as: "eve").int(at: "unread") == 0)
        }
    }
}
