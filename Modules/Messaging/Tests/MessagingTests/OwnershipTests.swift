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
            try await service.send("ada", "eve", "ada-secret first", id: "edited")
            try await service.call("PATCH", "/api/messages/edited", as: "ada", ["text": "ada-secret second"])
            try await service.send("eve", "ada", "kept", id: "kept")
            for handle in ["ada", "eve"] {
                try await service.call("POST", "/api/messages/kept/reactions", as: handle, ["emoji": "🔥"])
                try await service.call("POST", "/api/messages/edited/reactions", as: handle, ["emoji": "👀"])
            }
            for (owner, about) in [("ada", "eve"), ("eve", "ada")] {
                let memory: JSON = ["about": .string(about), "observation": "noted"]
                try await service.call("POST", "/api/memories", as: owner, memory)
            }
            try await service.database.write(
                "INSERT INTO message_nonces VALUES ('ada', 'n1', '2026-02-01'), ('eve', 'n2', '2026-02-01')"
            )
            try await service.index()

            try await service.database.transaction { transaction in
                try await store.erase("ada", welcome: "welcome_ada", replacement: "msg_x", in: transaction)
                try await transaction.query(
                    "UPDATE handles SET handle = 'deleted_1', shown = 'deleted' WHERE handle = 'ada'"
                )
            }
            #expect(try await service.traces(of: "ada") == [])
            try await service.index()
            #expect(try await service.traces(of: "ada") == [])
            #expect(try await service.value("SELECT count(*) FROM message_search WHERE terms IS NULL") == 0)
            // What others did stays theirs.
            let kept = try await service.get("/api/messages/search?q=kept", as: "eve")
            #expect(kept.strings("messages", "to") == ["deleted_1"])
            #expect(kept.rawText(at: "messages[0].reactions[0].by") == #"["eve"]"#)
            #expect(try await service.get("/api/memories", as: "eve").strings("memories", "about") == ["deleted_1"])
            #expect(try await service.value("SELECT count(*) FROM messages") == 6)
            let thread = try await service.get("/api/messages?user=eve&with=deleted_1", as: "eve")
            #expect(thread.strings("thread", "text") == ["", "", "kept"])
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
            try await service.send("ada", "eve", "before", id: "m1")
            try await service.call("PATCH", "/api/messages/m1", as: "ada", ["text": "after"])
            try await service.call("POST", "/api/messages/m1/reactions", as: "ada", ["emoji": "🔥"])
            try await service.call("POST", "/api/memories", as: "ada", ["about": "eve", "observation": "kind"])
            try await service.call("POST", "/api/messages/mute", as: "ada", ["with": "eve"])
            let json = try JSONDocument(await MessageHistory(service.database).export("ada").bytes).root
            #expect(json.value(at: "sent[0].text")?.string == "one")
            #expect(json.value(at: "sent[0].payload").map { String(decoding: $0.raw, as: UTF8.self) } == #"{ "a":1 }"#)
            #expect(json["received"]?.elements.compactMap { $0["text"]?.string } == ["1", "2", "3"])
            #expect(json["sent"]?.elements.compactMap { $0["text"]?.string } == ["one", "after"])
            #expect(json.value(at: "sent[1].edited_at")?.string != nil)
            #expect(json["edits"]?.elements.compactMap { $0["text"]?.string } == ["before"])
            #expect(json["reactions"]?.elements.compactMap { $0["emoji"]?.string } == ["🔥"])
            #expect(json["memories"]?.elements.compactMap { $0["observation"]?.string } == ["kind"])
            #expect(json["muted"]?.elements.compactMap { $0.string } == ["eve"])
        }
    }
}
