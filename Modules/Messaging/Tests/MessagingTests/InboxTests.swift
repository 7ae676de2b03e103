import JSONText
import KernelTesting
import Postgres
import Testing

@testable import Messaging

@Suite("Inboxes", .serialized)
struct InboxTests {
    @Test("One answer serves every client")
    func superset() async throws {
        let clock = ManualClock()
        try await withMessaging(clock: clock) { service in
            try await service.send("grace_h", "ada", "hello", id: "m1")
            clock.advance(by: .seconds(300))
            try await service.send("bot", "ada", "beep", id: "m2")
            clock.advance(by: .seconds(1))
            try await service.send("grace_h", "ada", "again", id: "m3")
            let answer = try await service.get("/api/messages?user=ada", as: "ada")
            #expect(answer.status == 200)
            #expect(try await service.undocumented(answer, "get", "/api/messages") == [])
            #expect(answer.bool(at: "success") == true)
            #expect(answer.int(at: "unread") == 3)
            #expect(answer.int(at: "total") == 3)
            #expect(answer.strings("inbox", "id") == ["m3", "m2", "m1"])
            #expect(answer.strings("inbox", "timeAgo") == ["just now", "just now", "5m ago"])
            #expect(answer.strings("messages", "id") == ["m1", "m2", "m3"])
            #expect(answer.strings("bySender.grace-h", "id") == ["m3", "m1"])
            #expect(answer.strings("bySender.bot", "id") == ["m2"])
            #expect(answer.rawText(at: "bySender.bot[0]") == answer.rawText(at: "inbox[1]"))
            #expect(answer.strings("threads", "with") == ["grace-h", "bot"])
            #expect(answer.string(at: "threads[0].id") == "ada:grace_h")
            #expect(answer.int(at: "threads[0].unread") == 2)
            #expect(answer.bool(at: "threads[1].isAgent") == true)
            #expect(answer.string(at: "threads[0].last_message.id") == "m3")
            #expect(answer.string(at: "threads[0].last_message.from") == "grace-h")
            #expect(answer.string(at: "threads[0].last_message.body") == "again")
            #expect(answer.string(at: "threads[0].last_message.created_at") == answer.string(at: "inbox[0].created_at"))
            // Nothing of this was reading.
            #expect(try await service.value("SELECT count(*) FROM messages WHERE read") == 0)
        }
    }

    @Test("The inbox of threads, the latest first, with previews and groups")
    func threads() async throws {
        let clock = ManualClock()
        try await withMessaging(clock: clock) { service in
            let long = String(repeating: "word ", count: 30)
            try await service.send("eve", "ada", long)
            clock.advance(by: .seconds(3 * 86_400))
            try await service.send("ada", "bot", "to a bot")
            clock.advance(by: .seconds(86_400))
            try await service.send("grace_h", "ada", "hello")
            for query in ["handle=ada", "username=ada", "user=@ADA"] {
                let answer = try await service.get("/api/messages/inbox?\(query)", as: "ada")
                #expect(try await service.undocumented(answer, "get", "/api/messages/inbox") == [])
                #expect(answer.strings("threads", "handle") == ["grace-h", "bot", "eve"])
                #expect(answer.strings("threads", "group") == ["today", "yesterday", "this week"])
                #expect(answer.strings("threads", "last_seen") == ["just now", "1d ago", "4d ago"])
                #expect(answer.string(at: "threads[1].latest.from") == "ada")
                #expect(answer.string(at: "threads[1].latest.body") == "to a bot")
                #expect(answer.int(at: "threads[2].latest.timestamp") == 1_767_888_000_000)
                #expect(answer.string(at: "threads[2].preview") == String(long.prefix(50)) + "...")
                #expect(answer.string(at: "threads[2].latest.body") == long)
                #expect(answer.int(at: "unread") == 2)
            }
            clock.advance(by: .seconds(7 * 86_400))
            let later = try await service.get("/api/messages/inbox?handle=ada", as: "ada")
            #expect(later.strings("threads", "group") == ["earlier", "earlier", "earlier"])
        }
    }

    @Test("Threads are paged by cursor, also when their times are equal")
    func threadPaging() async throws {
        try await withMessaging(clock: ManualClock()) { service in
            let names = (1...7).map { "friend\($0)" }
            for name in names { try await service.send("ada", name, "hi") }
            var seen: [String] = []
            var cursor = ""
            repeat {
                let page = try await service.get("/api/messages/inbox?handle=ada&limit=3\(cursor)", as: "ada")
                seen += page.strings("threads", "handle")
                #expect(page.int(at: "unread") == 0)
                cursor = page.string(at: "next").map { "&cursor=\($0)" } ?? ""
            } while !cursor.isEmpty
            #expect(seen == names)
        }
    }

    @Test("unreadOnly and markRead: what was returned is read, what was not is not")
    func markRead() async throws {
        let clock = ManualClock()
        try await withMessaging(clock: clock) { service in
            for number in 1...5 { try await service.send("eve", "ada", "\(number)") }
            clock.advance(by: .seconds(60))
            try await service.send("bot", "ada", "6")
            let marked = try await service.get("/api/messages?user=ada&markRead=true&limit=4", as: "ada")
            #expect(marked.value(at: "inbox")?.elements.allSatisfy { $0["read"]?.bool == true } == true)
            #expect(marked.string(at: "inbox[0].readAt") == "2026-01-08T16:01:00.000000Z")
            let rest = try await service.get("/api/messages?user=ada&unreadOnly=true", as: "ada")
            #expect(rest.strings("inbox", "text") == ["2", "1"])
            #expect(rest.int(at: "unread") == 2)
            let all = try await service.get("/api/messages?user=ada", as: "ada")
            #expect(all.count(at: "inbox") == 6)
            #expect(all.strings("threads", "with") == ["bot", "eve"])
            #expect(all.int(at: "threads[0].unread") == 0)
            #expect(all.int(at: "threads[1].unread") == 2)
        }
    }

    @Test("inbox and sent are paged by cursor, newest first")
    func paging() async throws {
        try await withMessaging(clock: ManualClock()) { service in
            for number in 1...4 {
                try await service.send("eve", "ada", "e\(number)")
                try await service.send("bot", "ada", "b\(number)")
            }
            for (query, list, reader) in [("user=ada", "inbox", "ada"), ("user=eve&sent=true", "sent", "eve")] {
                var seen: [String] = []
                var cursor = ""
                repeat {
                    let page = try await service.get("/api/messages?\(query)&limit=3\(cursor)", as: reader)
                    #expect(try await service.undocumented(page, "get", "/api/messages") == [])
                    seen += page.strings(list, "id")
                    cursor = page.string(at: "next").map { "&cursor=\($0)" } ?? ""
                } while !cursor.isEmpty
                #expect(Set(seen).count == seen.count)
                #expect(seen.count == (list == "inbox" ? 8 : 4))
            }
            let sent = try await service.get("/api/messages?user=eve&sent=true", as: "eve")
            #expect(sent.strings("sent", "text") == ["e4", "e3", "e2", "e1"])
            #expect(sent.strings("sent", "readStatus") == Array(repeating: "Delivered", count: 4))
            #expect(sent.int(at: "total") == 4)
        }
    }

    @Test("Those whom the reader blocked are in no list and no count")
    func blocked() async throws {
        try await withMessaging(consent: FixedConsent(blocked: ["eve"])) { service in
            try await service.send("eve", "ada", "psst")
            try await service.send("bot", "ada", "beep")
            let inbox = try await service.get("/api/messages?user=ada", as: "ada")
            #expect(inbox.int(at: "unread") == 1)
            #expect(inbox.strings("inbox", "from") == ["bot"])
            #expect(inbox.strings("messages", "from") == ["bot"])
            #expect(inbox.strings("threads", "with") == ["bot"])
        }
    }

    @Test("An empty inbox has all its members")
    func empty() async throws {
        try await withMessaging { service in
            let answer = try await service.get("/api/messages?user=ada", as: "ada")
            #expect(try await service.undocumented(answer, "get", "/api/messages") == [])
            #expect(answer.int(at: "unread") == 0)
            #expect(answer.rawText(at: "bySender") == "{}")
            #expect(answer.rawText(at: "messages") == "[]")
        }
    }
}
