import JSONText
import KernelTesting
import Postgres
import Testing

@testable import Messaging

/// What a client sees that polls and cannot acknowledge, as the Python one.
@Suite("Polling", .serialized)
struct PollTests {
    private func poll(_ service: TestService, _ more: String = "") async throws -> [String] {
        try await service.get("/api/messages?user=ada\(more)", as: "ada").strings("messages", "text")
    }

    @Test("Each unread message comes once, oldest first, and stays unread")
    func once() async throws {
        let clock = ManualClock()
        try await withMessaging(clock: clock) { service in
            #expect(try await poll(service) == [])
            try await service.send("eve", "ada", "one")
            clock.advance(by: .seconds(1))
            try await service.send("bot", "ada", "two")
            #expect(try await poll(service) == ["one", "two"])
            #expect(try await poll(service) == [])
            try await service.send("eve", "ada", "three")
            #expect(try await poll(service) == ["three"])
            clock.advance(by: .seconds(3_600))
            #expect(try await poll(service) == [])
            try await service.send("eve", "ada", "four")
            #expect(try await poll(service) == ["four"])
            #expect(try await service.get("/api/messages?user=ada", as: "ada").int(at: "unread") == 4)
            #expect(try await service.value("SELECT count(*) FROM messages WHERE read") == 0)
        }
    }

    @Test("A backlog comes in pages, nothing twice and nothing left out, whatever its age")
    func backlog() async throws {
        let clock = ManualClock()
        try await withMessaging(clock: clock) { service in
            for number in 1...12 {
                try await service.send(number.isMultiple(of: 2) ? "eve" : "bot", "ada", "\(number)")
                clock.advance(by: .seconds(15))
            }
            var seen: [String] = []
            for _ in 1...4 { seen += try await poll(service, "&limit=5") }
            #expect(seen == (1...12).map(String.init))
        }
    }

    @Test("A message whose write ends late, after a later one was polled, still comes")
    func lateCommit() async throws {
        let clock = ManualClock()
        try await withMessaging(clock: clock) { service in
            let store = PostgresMessageStore(database: service.database)
            clock.advance(by: .seconds(2))
            try await service.send("bot", "ada", "later")
            #expect(try await poll(service) == ["later"])
            // Its clock was read two seconds before.
            let late = NewMessage(
                id: "late",
                from: "eve",
                to: "ada",
                text: "late",
                payload: nil,
                type: "dm",
                replyTo: nil,
                version: nil,
                signature: nil,
                signatureState: nil,
                isSystem: false,
                at: PostgresTimestamp(microseconds: clock.now.microseconds - 2_000_000)
            )
            try await service.database.transaction { try await store.send(late, in: $0) }
            #expect(try await poll(service) == ["late"])
            #expect(try await poll(service) == [])
        }
    }

    @Test("What was read elsewhere is not given out")
    func readElsewhere() async throws {
        try await withMessaging { service in
            try await service.send("eve", "ada", "one")
            _ = try await service.get("/api/messages?user=ada&with=eve", as: "ada")
            #expect(try await poll(service) == [])
        }
    }

    @Test("since is exclusive, in seconds, milliseconds or ISO 8601, and moves no position")
    func since() async throws {
        let clock = ManualClock()
        try await withMessaging(clock: clock) { service in
            try await service.send("eve", "ada", "at sixteen")
            clock.advance(by: .seconds(10))
            try await service.send("eve", "ada", "ten later")
            for time in ["1767888000", "1767888000000", "2026-01-08T16:00:00Z", "2026-01-08T16:00:00.000000Z"] {
                #expect(try await poll(service, "&since=\(time)") == ["ten later"], "\(time)")
            }
            #expect(try await poll(service, "&since=1767887999.5") == ["at sixteen", "ten later"])
            #expect(try await poll(service, "&since=1767888010") == [])
            #expect(try await service.value("SELECT count(*) FROM message_polls") == 0)
            #expect(try await poll(service) == ["at sixteen", "ten later"])
            // Read messages came after, too.
            _ = try await service.get("/api/messages?user=ada&with=eve", as: "ada")
            #expect(try await poll(service, "&since=1767887999") == ["at sixteen", "ten later"])
        }
    }

    @Test("An empty poll writes nothing")
    func emptyPollWritesNothing() async throws {
        try await withMessaging { service in
            try await service.send("eve", "ada", "one")
            _ = try await poll(service)
            let row: PostgresQuery = "SELECT xmin::text FROM message_polls"
            let before = try await service.database.read(row).map { $0.string(0) }
            _ = try await poll(service)
            #expect(try await service.database.read(row).map { $0.string(0) } == before)
            #expect(before.count == 1)
        }
    }

    @Test("HEAD shows nothing, so it gives nothing out and marks nothing as read")
    func head() async throws {
        try await withMessaging { service in
            try await service.send("eve", "ada", "one")
            for path in [
                "/api/messages?user=ada", "/api/messages?user=ada&markRead=true", "/api/messages?user=ada&with=eve",
                "/api/messages/thread?me=ada&them=eve",
            ] {
                let answer = try await service.client.request("HEAD", path, token: service.token(of: "ada"))
                #expect(answer.status == 200)
                #expect(try await service.value("SELECT count(*) FROM messages WHERE read") == 0, "\(path)")
                #expect(try await service.value("SELECT count(*) FROM message_polls") == 0, "\(path)")
            }
            #expect(try await poll(service) == ["one"])
        }
    }

    @Test("Places of sessions that fell silent are forgotten")
    func forgotten() async throws {
        let clock = ManualClock()
        try await withMessaging(clock: clock) { service in
            let store = PostgresMessageStore(database: service.database)
            try await service.send("eve", "ada", "one")
            _ = try await poll(service)
            try await store.forgetPolls(before: clock.now)
            #expect(try await service.value("SELECT count(*) FROM message_polls") == 1)
            try await store.forgetPolls(before: clock.now.addingDays(1))
            #expect(try await service.value("SELECT count(*) FROM message_polls") == 0)
            #expect(try await poll(service) == ["one"])
        }
    }
}
