import JSONText
import KernelTesting
import Postgres
import Testing

@testable import Messaging

@Suite("Editing", .serialized)
struct EditTests {
    @Test("The text, both previews and the history follow; the time and the read state stay")
    func edit() async throws {
        let clock = ManualClock()
        try await withMessaging(clock: clock) { service in
            try await service.send("ada", "eve", "first", id: "m1")
            let before = try await service.get("/api/messages/m1", as: "eve")
            clock.advance(by: .seconds(5))
            let answer = try await service.call("PATCH", "/api/messages/m1", as: "ada", ["text": "second"])
            #expect(answer.status == 200)
            #expect(try await service.undocumented(answer, "patch", "/api/messages/{id}") == [])
            #expect(answer.string(at: "message.text") == "second")
            #expect(answer.string(at: "message.body") == "second")
            #expect(answer.string(at: "message.edited_at") == "2026-01-08T16:00:05.000000Z")
            clock.advance(by: .seconds(5))
            #expect(try await service.call("PATCH", "/api/messages/m1", as: "ada", ["body": "third"]).status == 200)
            // What it says already is no edit.
            #expect(try await service.call("PATCH", "/api/messages/m1", as: "ada", ["text": "third"]).status == 200)

            let after = try await service.get("/api/messages/m1", as: "eve")
            #expect(after.string(at: "message.text") == "third")
            #expect(after.string(at: "message.created_at") == before.string(at: "message.created_at"))
            #expect(after.bool(at: "message.read") == false)
            for (owner, peer) in [("eve", "ada"), ("ada", "eve")] {
                let inbox = try await service.get("/api/messages/inbox?handle=\(owner)", as: owner)
                #expect(inbox.string(at: "threads[0].preview") == "third", "\(owner), \(peer)")
                #expect(inbox.int(at: "unread") == (owner == "eve" ? 1 : 0))
            }
            for reader in ["ada", "eve"] {
                let history = try await service.get("/api/messages/m1/edits", as: reader)
                #expect(try await service.undocumented(history, "get", "/api/messages/{id}/edits") == [])
                #expect(history.strings("edits", "text") == ["first", "second"])
                #expect(history.string(at: "edits[0].written_at") == before.string(at: "message.created_at"))
                #expect(history.string(at: "edits[1].written_at") == "2026-01-08T16:00:05.000000Z")
                #expect(history.string(at: "edits[1].replaced_at") == "2026-01-08T16:00:10.000000Z")
            }
            #expect(try await service.get("/api/messages/m1/edits", as: "bot").status == 404)
        }
    }

    @Test("Only a thread's last message is its preview")
    func previews() async throws {
        try await withMessaging { service in
            try await service.send("ada", "eve", "old", id: "m1")
            try await service.send("eve", "ada", "new", id: "m2")
            try await service.call("PATCH", "/api/messages/m1", as: "ada", ["text": "changed"])
            try await service.call("DELETE", "/api/messages/m1", as: "ada")
            let inbox = try await service.get("/api/messages/inbox?handle=eve", as: "eve")
            #expect(inbox.string(at: "threads[0].preview") == "new")
        }
    }

    @Test("Nobody changes what another wrote, or what is not there")
    func others() async throws {
        try await withMessaging { service in
            try await service.send("ada", "eve", "mine", id: "m1")
            for (reader, status) in [("eve", 403), ("bot", 404)] {
                let edit = try await service.call("PATCH", "/api/messages/m1", as: reader, ["text": "x"])
                #expect(edit.status == status)
                #expect(try await service.call("DELETE", "/api/messages/m1", as: reader).status == status)
            }
            #expect(try await service.call("DELETE", "/api/messages/none", as: "ada").status == 404)
            #expect(try await service.client.delete("/api/messages/m1").status == 401)
            #expect(try await service.get("/api/messages/m1", as: "eve").string(at: "message.text") == "mine")
            #expect(try await service.value("SELECT count(*) FROM message_edits") == 0)
        }
    }

    @Test("What makes no sense is 400 and names the member")
    func badInput() async throws {
        try await withMessaging { service in
            try await service.send("ada", "ada", "mine", id: "m1")
            let bad: [(JSON, String)] = [
                ([:], "read"), (["text": ""], "read"), (["text": nil], "read"), (["read": false], "read"),
                (["read": true, "text": "x"], "read"), (["text": 1], "text"), (["body": []], "body"),
                (["text": "a\u{0}"], "text"), (["text": .string(String(repeating: "x", count: 2_001))], "text"),
            ]
            for (body, field) in bad {
                let answer = try await service.call("PATCH", "/api/messages/m1", as: "ada", body)
                #expect(answer.status == 400, "\(answer)")
                #expect(answer.string(at: "field") == field, "\(answer)")
            }
            #expect(try await service.get("/api/messages/m1", as: "ada").string(at: "message.text") == "mine")
        }
    }

    @Test("Edits that race all count, and stop at a hundred")
    func racing() async throws {
        try await withMessaging { service in
            try await service.send("ada", "eve", "0", id: "m1")
            let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
                for number in 1...30 {
                    group.addTask {
                        let text: JSON = ["text": .string("edit \(number)")]
                        return try await service.call("PATCH", "/api/messages/m1", as: "ada", text).status
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            // One that was overtaken by the next says so.
            #expect(statuses.allSatisfy { $0 == 200 })
            let history = try await service.get("/api/messages/m1/edits", as: "ada")
            #expect(history.int(at: "count") == 30)
            #expect(Set(history.strings("edits", "text")).count == 30)
            let inbox = try await service.get("/api/messages/inbox?handle=eve", as: "eve")
            let text = try await service.get("/api/messages/m1", as: "eve").string(at: "message.text")
            #expect(inbox.string(at: "threads[0].preview") == text)

            try await service.database.write(
                """
                INSERT INTO message_edits
                SELECT 'm1', n, 'x', '2026-01-01', '2026-01-01' FROM generate_series(31, 100) AS n
                """
            )
            let last = try await service.call("PATCH", "/api/messages/m1", as: "ada", ["text": "one too many"])
            #expect(last.status == 422)
            #expect(last.string(at: "code") == "too_many_edits")
            #expect(try await service.get("/api/messages/m1", as: "eve").string(at: "message.text") == text)
        }
    }

    @Test("A retry of the first text gets the answer to the message, edited or deleted as it is now")
    func retry() async throws {
        try await withMessaging { service in
            try await service.send("ada", "eve", "first", id: "m1")
            try await service.call("PATCH", "/api/messages/m1", as: "ada", ["text": "second"])
            let retry = try await service.send("ada", "eve", "first", id: "m1")
            #expect(retry.status == 200)
            #expect(retry.string(at: "message.text") == "second")
            #expect(try await service.send("ada", "eve", "second", id: "m1").status == 422)
            try await service.call("DELETE", "/api/messages/m1", as: "ada")
            let late = try await service.send("ada", "eve", "first", id: "m1")
            #expect(late.status == 200)
            #expect(late.string(at: "message.text") == "")
            #expect(try await service.send("eve", "ada", "first", id: "m1").status == 422)
            #expect(try await service.value("SELECT count(*) FROM messages") == 1)
        }
    }
}

@Suite("Deleting", .serialized)
struct DeletionTests {
    @Test("A tombstone on both sides: nothing of what it said is left, and it waits for nobody")
    func delete() async throws {
        let clock = ManualClock()
        try await withMessaging(clock: clock) { service in
            _ = try await service.post(
                as: "ada",
                raw: #"{"id":"m1","to":"eve","text":"kumquat","payload":{"k":"kumquat"},"v":"0.1"}"#
            )
            try await service.call("PATCH", "/api/messages/m1", as: "ada", ["text": "kumquat two"])
            try await service.call("POST", "/api/messages/m1/reactions", as: "eve", ["emoji": "🔥"])
            try await service.index()
            clock.advance(by: .seconds(5))
            for _ in 1...2 {
                let answer = try await service.call("DELETE", "/api/messages/m1", as: "ada")
                #expect(answer.status == 200)
                #expect(try await service.undocumented(answer, "delete", "/api/messages/{id}") == [])
                #expect(answer.string(at: "message.deleted_at") == "2026-01-08T16:00:05.000000Z")
                clock.advance(by: .seconds(5))
            }
            let inbox = try await service.get("/api/messages?user=eve", as: "eve")
            #expect(inbox.int(at: "unread") == 0)
            #expect(inbox.count(at: "messages") == 0)
            #expect(inbox.string(at: "inbox[0].text") == "")
            #expect(inbox.value(at: "inbox[0].payload")?.isNull == true)
            #expect(inbox.string(at: "inbox[0].deleted_at") == "2026-01-08T16:00:05.000000Z")
            #expect(inbox.value(at: "inbox[0].reactions") == nil)
            #expect(inbox.string(at: "threads[0].preview") == "")
            let sent = try await service.get("/api/messages?user=ada&with=eve", as: "ada")
            #expect(sent.strings("thread", "text") == [""])
            let history = try await service.get("/api/messages/m1/edits", as: "eve")
            #expect(history.int(at: "count") == 0)
            #expect(try await service.traces(of: "kumquat") == [])
            try await service.index()
            #expect(try await service.traces(of: "kumquat") == [])

            for (method, path, reader, body) in [
                ("PATCH", "/api/messages/m1", "ada", ["text": "back"] as JSON),
                ("POST", "/api/messages/m1/reactions", "eve", ["emoji": "🔥"]),
            ] {
                let answer = try await service.call(method, path, as: reader, body)
                #expect(answer.status == 409)
                #expect(answer.string(at: "code") == "message_deleted")
            }
        }
    }

    @Test("Deleting while the other side reads counts nothing twice")
    func racing() async throws {
        try await withMessaging { service in
            for round in 1...10 {
                let ids = (1...4).map { "r\(round)_\($0)" }
                for id in ids { try await service.send("ada", "eve", "x", id: id) }
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for id in ids.prefix(3) {
                        group.addTask { try await service.call("DELETE", "/api/messages/\(id)", as: "ada") }
                        group.addTask {
                            try await service.call("PATCH", "/api/messages/\(id)", as: "eve", ["read": true])
                        }
                    }
                    try await group.waitForAll()
                }
                let unread = try await service.get("/api/messages/inbox?handle=eve", as: "eve").int(at: "unread")
                #expect(unread == Int64(round))
            }
        }
    }
}
