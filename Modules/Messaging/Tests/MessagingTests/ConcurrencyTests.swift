import KernelTesting
import Postgres
import Testing

@testable import Messaging

@Suite("Concurrency", .serialized)
struct ConcurrencyTests {
    @Test("A hundred sends at once in one thread, in both directions: times strictly increase, counts are exact")
    func oneThread() async throws {
        try await withMessaging { service in
            let answers = try await withThrowingTaskGroup(of: HTTPAnswer.self) { group in
                for number in 1...100 {
                    let (from, to) = number.isMultiple(of: 2) ? ("ada", "eve") : ("eve", "ada")
                    group.addTask { try await service.send(from, to, "\(number)") }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(answers.allSatisfy { $0.status == 200 })
            #expect(Set(answers.compactMap { $0.string(at: "message.created_at") }).count == 100)
            #expect(
                try await service.get("/api/messages/inbox?handle=ada", as: "ada").int(at: "threads[0].unread") == 50
            )
            #expect(try await service.get("/api/messages/inbox?handle=eve", as: "eve").int(at: "unread") == 50)
            let thread = try await service.get("/api/messages?user=ada&with=eve&limit=200", as: "ada")
            let times = thread.strings("thread", "created_at")
            #expect(times.count == 100 && Set(times).count == 100 && times == times.sorted())
            // Both summaries name the message that came last.
            let last: PostgresQuery = """
                SELECT count(*) FROM message_threads t JOIN messages m ON m.id = t.last_id AND m.created_at = t.last_at
                WHERE m.created_at = (SELECT max(created_at) FROM messages)
                """
            #expect(try await service.value(last) == 2)
        }
    }

    @Test("Sending and reading at once: the summary says what the messages say")
    func sendingAndReading() async throws {
        try await withMessaging { service in
            try await withThrowingTaskGroup(of: Int.self) { group in
                for number in 1...60 {
                    group.addTask { try await service.send("ada", "eve", "\(number)").status }
                    group.addTask { try await service.send("bot", "eve", "\(number)").status }
                    if number.isMultiple(of: 3) {
                        let peer = number.isMultiple(of: 2) ? "ada" : "bot"
                        group.addTask { try await service.get("/api/messages?user=eve&with=\(peer)", as: "eve").status }
                        group.addTask {
                            try await service.get("/api/messages?user=eve&markRead=true", as: "eve").status
                        }
                    }
                }
                for try await status in group { #expect(status == 200) }
            }
            let difference: PostgresQuery = """
                SELECT sum(abs(t.unread - (
                    SELECT count(*) FROM messages m WHERE m.to_user = t.owner AND m.from_user = t.peer AND NOT m.read
                )))::bigint
                FROM message_threads t
                """
            #expect(try await service.value(difference) == 0)
        }
    }

    @Test("Marking the same messages from several requests counts each once")
    func markingAtOnce() async throws {
        try await withMessaging { service in
            for number in 1...20 { try await service.send("ada", "eve", "\(number)") }
            try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 1...10 {
                    group.addTask { try await service.get("/api/messages?user=eve&with=ada", as: "eve").status }
                }
                for try await status in group { #expect(status == 200) }
            }
            try await service.send("ada", "eve", "one more")
            #expect(try await service.get("/api/messages/inbox?handle=eve", as: "eve").int(at: "unread") == 1)
        }
    }
}
