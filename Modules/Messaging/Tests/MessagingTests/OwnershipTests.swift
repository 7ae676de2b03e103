import JSONText
import KernelTesting
import Postgres
import Testing

@testable import Messaging

@Suite("Export and erasure", .serialized)
struct OwnershipTests {
    @Test("Erasing empties what a person wrote, keeps the rows, and leaves no trace of the name")
    func erase() async throws {
        try await withMessaging { service in
            _ = try await service.post(
                as: "ada",
                raw: #"{"to":"eve","text":"ada-secret","payload":{"k":"ada-secret"}}"#
            )
            try await service.send("eve", "bot", "untouched")
            try await service.send("ada", "ada", "ada-secret to myself")
            let store = PostgresMessageStore(database: service.database)
            let system = SystemSender(store: store, database: service.database, clock: ManualClock().wallClock)
            try await system.send(id: "welcome_ada", from: "vibe", to: "ada", text: "Welcome, @ada")
            _ = try await service.get("/api/messages?user=ada", as: "ada")

            try await service.database.transaction { transaction in
                try await store.erase("ada", welcome: "welcome_ada", replacement: "msg_x", in: transaction)
                try await transaction.query(
                    "UPDATE handles SET handle = 'deleted_1', shown = 'deleted' WHERE handle = 'ada'"
                )
            }
            for table in ["messages", "message_threads", "message_polls"] {
                let traces: PostgresQuery = "SELECT count(*) FROM \(unescaped: table) t WHERE t::text ~ '(^|[^a-z])ada'"
                #expect(try await service.value(traces) == 0, "\(table)")
            }
            #expect(try await service.value("SELECT count(*) FROM messages") == 4)
            let thread = try await service.get("/api/messages?user=eve&with=deleted_1", as: "eve")
            #expect(thread.strings("thread", "text") == [""])
            #expect(thread.value(at: "thread[0].payload")?.isNull == true)
            #expect(
                try await service.get("/api/messages?user=bot", as: "bot").strings("inbox", "text") == ["untouched"]
            )
        }
    }

    @Test("The export holds everything sent and received, payloads as they were")
    func export() async throws {
        try await withMessaging { service in
            _ = try await service.post(as: "ada", raw: #"{"to":"eve","text":"one","payload":{ "a":1 }}"#)
            for number in 1...3 { try await service.send("eve", "ada", "\(number)") }
            try await service.send("bot", "eve", "not hers")
            let json = try JSONDocument(await MessageHistory(database: service.database).export("ada").bytes).root
            #expect(json.value(at: "sent[0].text")?.string == "one")
            #expect(json.value(at: "sent[0].payload").map { String(decoding: $0.raw, as: UTF8.self) } == #"{ "a":1 }"#)
            #expect(json["received"]?.elements.compactMap { $0["text"]?.string } == ["1", "2", "3"])
            #expect(json["sent"]?.elements.reduce(0) { count, _ in count + 1 } == 1)
        }
    }
}
