import JSONText
import KernelTesting
import Postgres
import Testing

@testable import Messaging

@Suite("Threads", .serialized)
struct ThreadTests {
    @Test("The superset and the short form, as documented, oldest first")
    func shape() async throws {
        let clock = ManualClock()
        try await withMessaging(clock: clock) { service in
            try await service.send("ada", "grace-h", "one")
            clock.advance(by: .seconds(90))
            try await service.send("grace_h", "ada", "two")
            let superset = try await service.get("/api/messages?user=ada&with=grace-h", as: "ada")
            #expect(try await service.undocumented(superset, "get", "/api/messages") == [])
            #expect(superset.strings("thread", "text") == ["one", "two"])
            #expect(superset.rawText(at: "thread") == superset.rawText(at: "messages"))
            #expect(superset.strings("thread", "direction") == ["sent", "received"])
            #expect(superset.strings("thread", "from") == ["ada", "grace-h"])
            #expect(superset.strings("thread", "timeAgo") == ["1m ago", "just now"])
            #expect(superset.string(at: "with") == "grace-h")
            #expect(superset.int(at: "count") == 2)

            for path in ["me=ada&them=grace-h", "user=ada&with=grace_h", "handle=ada&them=@Grace-H"] {
                let short = try await service.get("/api/messages/thread?\(path)", as: "ada")
                #expect(try await service.undocumented(short, "get", "/api/messages/thread") == [])
                #expect(short.strings("messages", "body") == ["one", "two"])
                #expect(short.int(at: "messages[0].timestamp") == 1_767_888_000_000)
                #expect(short.string(at: "_source") == "postgres")
            }
        }
    }

    @Test("Reading marks what it returns, once; the sender sees when")
    func readReceipts() async throws {
        let clock = ManualClock()
        try await withMessaging(clock: clock) { service in
            try await service.send("ada", "eve", "one", id: "m1")
            try await service.send("eve", "ada", "mine", id: "m2")
            clock.advance(by: .seconds(60))
            let read = try await service.get("/api/messages?user=eve&with=ada", as: "eve")
            #expect(read.bool(at: "thread[0].read") == true)
            #expect(read.string(at: "thread[0].readAt") == "2026-01-08T16:01:00.000000Z")
            #expect(read.string(at: "thread[0].read_at") == "2026-01-08T16:01:00.000000Z")
            #expect(read.bool(at: "thread[1].read") == false)

            clock.advance(by: .seconds(60))
            let rows: PostgresQuery = "SELECT owner || xmin::text FROM message_threads ORDER BY owner"
            let before = try await service.database.read(rows).map { $0.string(0) }
            let again = try await service.get("/api/messages?user=eve&with=ada", as: "eve")
            #expect(again.string(at: "thread[0].readAt") == "2026-01-08T16:01:00.000000Z")
            #expect(try await service.database.read(rows).map { $0.string(0) } == before)

            let sender = try await service.get("/api/messages/m1", as: "ada")
            #expect(sender.string(at: "message.readAt") == "2026-01-08T16:01:00.000000Z")
            let sent = try await service.get("/api/messages?user=ada&sent=true", as: "ada")
            #expect(sent.string(at: "sent[0].readStatus") == "Read 1m ago")
            #expect(try await service.get("/api/messages?user=ada", as: "ada").int(at: "unread") == 1)
        }
    }

    @Test("The newest come first, next leads to older ones, and only what was shown is read")
    func paging() async throws {
        try await withMessaging(clock: ManualClock()) { service in
            for number in 1...25 { try await service.send("ada", "eve", "\(number)") }
            var seen: [String] = []
            var cursor = ""
            for page in 1...3 {
                let answer = try await service.get("/api/messages?user=eve&with=ada&limit=10\(cursor)", as: "eve")
                seen = answer.strings("thread", "text") + seen
                let next = answer.string(at: "next")
                #expect((next == nil) == (page == 3))
                cursor = next.map { "&cursor=\($0)" } ?? ""
                let unread = try await service.get("/api/messages/inbox?handle=eve", as: "eve").int(at: "unread")
                #expect(unread == Int64(max(0, 25 - page * 10)))
            }
            #expect(seen == (1...25).map(String.init))
            let times = try await service.get("/api/messages?user=eve&with=ada", as: "eve").strings(
                "thread",
                "created_at"
            )
            #expect(times == times.sorted() && Set(times).count == 25)
            #expect(times.allSatisfy { $0.utf8.count == 27 })
        }
    }

    @Test("Messages that share a time come once each, wherever a page ends")
    func ties() async throws {
        try await withMessaging { service in
            try await service.database.write(
                """
                INSERT INTO messages (id, from_user, to_user, text, created_at)
                SELECT 'm' || n, 'ada', 'eve', n::text, timestamptz '2026-01-01' + n / 4 * interval '1 second'
                FROM generate_series(1, 9) AS n
                """
            )
            for path in ["/api/messages?user=eve&with=ada", "/api/messages/thread?me=eve&them=ada"] {
                var seen: [String] = []
                var cursor = ""
                for page in 1...5 {
                    let answer = try await service.get("\(path)&limit=2\(cursor)", as: "eve")
                    seen = answer.strings("messages", "id") + seen
                    let next = answer.string(at: "next")
                    #expect((next == nil) == (page == 5))
                    cursor = next.map { "&cursor=\($0)" } ?? ""
                }
                #expect(seen == (1...9).map { "m\($0)" })
            }
        }
    }

    @Test("limit is held between 1 and 200")
    func limits() async throws {
        try await withMessaging { service in
            for number in 1...3 { try await service.send("ada", "eve", "\(number)") }
            let few = try await service.get("/api/messages/thread?me=eve&them=ada&limit=-5", as: "eve")
            #expect(few.strings("messages", "text") == ["3"])
            let many = try await service.get("/api/messages/thread?me=eve&them=ada&limit=100000", as: "eve")
            #expect(many.count(at: "messages") == 3)
        }
    }

    @Test("A thread with nobody is empty and makes nobody")
    func empty() async throws {
        try await withMessaging { service in
            let answer = try await service.get("/api/messages?user=ada&with=nobody-yet", as: "ada")
            #expect(answer.status == 200)
            #expect(answer.count(at: "thread") == 0)
            #expect(answer.string(at: "with") == "nobody-yet")
            #expect(try await service.value("SELECT count(*) FROM handles WHERE handle = 'nobody_yet'") == 0)
        }
    }

    @Test("A clock that goes back does not reorder a thread")
    func clockGoesBack() async throws {
        let clock = ManualClock()
        try await withMessaging(clock: clock) { service in
            try await service.send("ada", "eve", "first")
            clock.advance(by: .seconds(-3_600))
            try await service.send("eve", "ada", "second")
            let thread = try await service.get("/api/messages?user=ada&with=eve", as: "ada")
            #expect(thread.strings("thread", "text") == ["first", "second"])
            #expect(thread.string(at: "thread[1].created_at") == "2026-01-08T16:00:00.000001Z")
        }
    }
}
