import JSONText
import KernelTesting
import Postgres
import Testing

@testable import Messaging

@Suite("Muted threads", .serialized)
struct MuteTests {
    @Test("They count in no total and are in no poll; they are listed as before")
    func mute() async throws {
        try await withMessaging { service in
            try await service.send("ada", "eve", "loud")
            try await service.send("bot", "eve", "quiet")
            let answer = try await service.call("POST", "/api/messages/mute", as: "eve", ["with": "@Bot"])
            #expect(answer.status == 200)
            #expect(try await service.undocumented(answer, "post", "/api/messages/mute") == [])
            #expect(answer.bool(at: "muted") == true)

            let inbox = try await service.get("/api/messages?user=eve", as: "eve")
            #expect(try await service.undocumented(inbox, "get", "/api/messages") == [])
            #expect(inbox.int(at: "unread") == 1)
            #expect(inbox.strings("messages", "from") == ["ada"])
            #expect(Set(inbox.strings("inbox", "from")) == ["ada", "bot"])
            let short = try await service.get("/api/messages/inbox?handle=eve", as: "eve")
            #expect(try await service.undocumented(short, "get", "/api/messages/inbox") == [])
            #expect(short.int(at: "unread") == 1)
            let threads = try #require(short.value(at: "threads")).elements
            for thread in threads {
                let isBot = thread["handle"]?.string == "bot"
                #expect(thread["unread"]?.int64 == 1)
                #expect(thread["muted"]?.bool == (isBot ? true : nil))
            }
            // The other side hears nothing of it, and new messages do not end it.
            try await service.send("bot", "eve", "more")
            #expect(try await service.get("/api/messages?user=eve", as: "eve").int(at: "unread") == 1)
            let bot = try await service.get("/api/messages/inbox?handle=bot", as: "bot")
            #expect(bot.value(at: "threads[0].muted") == nil)

            let loud: JSON = ["with": "bot", "muted": false]
            #expect(try await service.call("POST", "/api/messages/mute", as: "eve", loud).bool(at: "muted") == false)
            let after = try await service.get("/api/messages?user=eve", as: "eve")
            #expect(after.int(at: "unread") == 3)
            #expect(after.strings("messages", "text") == ["quiet", "more"])
        }
    }

    @Test("What makes no sense is refused")
    func badInput() async throws {
        try await withMessaging { service in
            try await service.send("ada", "eve", "x")
            let bad: [(JSON, Int, String?)] = [
                ([:], 400, "with"), (["with": 1], 400, "with"), (["with": "a b"], 400, "with"),
                (["with": "ada", "muted": "yes"], 400, "muted"), (["with": "nobody_here"], 404, nil),
                (["with": "bot"], 404, nil),
            ]
            for (body, status, field) in bad {
                let answer = try await service.call("POST", "/api/messages/mute", as: "eve", body)
                #expect(answer.status == status, "\(answer)")
                #expect(answer.string(at: "field") == field)
            }
            #expect(try await service.value("SELECT count(*) FROM message_threads WHERE muted") == 0)
        }
    }
}
