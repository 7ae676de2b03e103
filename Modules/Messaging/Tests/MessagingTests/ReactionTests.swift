import JSONText
import KernelTesting
import Postgres
import Testing

@testable import Messaging

@Suite("Reactions", .serialized)
struct ReactionTests {
    @Test("Both sides react, see who did, and take it back")
    func both() async throws {
        try await withMessaging { service in
            try await service.send("ada", "grace-h", "hi", id: "m1")
            let path = "/api/messages/m1/reactions"
            let first = try await service.call("POST", path, as: "grace_h", ["emoji": "🔥"])
            #expect(first.status == 200)
            #expect(try await service.undocumented(first, "post", "/api/messages/{id}/reactions") == [])
            try await service.call("POST", path, as: "ada", ["emoji": "👀"])
            // The same heart in both spellings, and the same fire again.
            try await service.call("POST", path, as: "ada", ["emoji": "❤"])
            try await service.call("POST", path, as: "grace_h", ["emoji": "❤️"])
            let all = try await service.call("POST", path, as: "grace_h", ["emoji": "🔥"])
            #expect(all.strings("reactions", "emoji") == ["👀", "❤️", "🔥"])
            #expect(all.int(at: "reactions[1].count") == 2)
            #expect(all.rawText(at: "reactions[1].by") == #"["ada","grace-h"]"#)
            #expect(all.rawText(at: "reactions[2].by") == #"["grace-h"]"#)

            for (path, list) in [
                ("/api/messages?user=ada&with=grace-h", "thread[0].reactions"),
                ("/api/messages/thread?me=ada&them=grace-h", "messages[0].reactions"),
                ("/api/messages?user=ada&sent=true", "sent[0].reactions"),
                ("/api/messages/m1", "message.reactions"),
            ] {
                let answer = try await service.get(path, as: "ada")
                #expect(answer.rawText(at: list) == all.rawText(at: "reactions"), "\(path)")
            }
            let inbox = try await service.get("/api/messages?user=grace-h", as: "grace_h")
            #expect(inbox.rawText(at: "inbox[0].reactions") == all.rawText(at: "reactions"))
            #expect(try await service.undocumented(inbox, "get", "/api/messages") == [])

            for _ in 1...2 {
                let left = try await service.call("DELETE", path + "?emoji=%E2%9D%A4", as: "ada")
                #expect(left.rawText(at: "reactions[1].by") == #"["grace-h"]"#)
            }
            for emoji in ["%F0%9F%94%A5", "%E2%9D%A4%EF%B8%8F"] {
                try await service.call("DELETE", path + "?emoji=" + emoji, as: "grace_h")
            }
            try await service.call("DELETE", path + "?emoji=%F0%9F%91%80", as: "ada")
            let none = try await service.get(path, as: "grace_h")
            #expect(none.rawText(at: "reactions") == "[]")
            #expect(try await service.get("/api/messages/m1", as: "ada").value(at: "message.reactions") == nil)
        }
    }

    @Test("Eight of one person are enough; racing ones too")
    func limit() async throws {
        try await withMessaging { service in
            try await service.send("ada", "eve", "hi", id: "m1")
            let emoji = ["😀", "😁", "😂", "🤣", "😃", "😄", "😅", "😆", "😉", "😊", "😋", "😎"]
            let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
                for one in emoji {
                    group.addTask {
                        try await service.call("POST", "/api/messages/m1/reactions", as: "eve", ["emoji": .string(one)])
                            .status
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(statuses.filter { $0 == 200 }.count == 8)
            #expect(statuses.filter { $0 == 422 }.count == 4)
            let list = try await service.get("/api/messages/m1/reactions", as: "ada")
            #expect(list.count(at: "reactions") == 8)
            #expect(
                try await service.call("POST", "/api/messages/m1/reactions", as: "ada", ["emoji": "🔥"]).status == 200
            )
        }
    }

    @Test("For others there is no such message")
    func others() async throws {
        try await withMessaging { service in
            try await service.send("ada", "eve", "hi", id: "m1")
            for path in ["/api/messages/m1/reactions", "/api/messages/m2/reactions"] {
                #expect(try await service.call("POST", path, as: "bot", ["emoji": "🔥"]).status == 404)
                #expect(try await service.get(path, as: "bot").status == 404)
                #expect(try await service.call("DELETE", path + "?emoji=%F0%9F%94%A5", as: "bot").status == 404)
            }
            #expect(try await service.client.post("/api/messages/m1/reactions", json: ["emoji": "🔥"]).status == 401)
            #expect(
                try await service.value("SELECT count(*) FROM messages WHERE recipient_reactions IS NOT NULL") == 0
            )
        }
    }

    @Test("Whoever is blocked reacts no more, but may take back")
    func blocked() async throws {
        try await withTestDatabase(modules: [StandInIdentity(people), FixedConsent(), MessagingModule()]) { database in
            func serve(_ consent: FixedConsent, _ body: (TestService) async throws -> Void) async throws {
                try await withTestService(
                    modules: [StandInIdentity(people), consent, MessagingModule()],
                    database: database,
                    body
                )
            }
            try await serve(FixedConsent()) { service in
                try await service.send("ada", "eve", "hi", id: "m1")
                try await service.call("POST", "/api/messages/m1/reactions", as: "ada", ["emoji": "🔥"])
            }
            try await serve(FixedConsent(blocked: ["eve"])) { service in
                let path = "/api/messages/m1/reactions"
                let refused = try await service.call("POST", path, as: "ada", ["emoji": "👀"])
                #expect(refused.status == 403)
                #expect(refused.string(at: "error") == "consent_blocked")
                let left = try await service.call("DELETE", path + "?emoji=%F0%9F%94%A5", as: "ada")
                #expect(left.rawText(at: "reactions") == "[]")
                let edit = try await service.call("PATCH", "/api/messages/m1", as: "ada", ["text": "still here"])
                #expect(edit.status == 403)
            }
        }
    }

    @Test("Anything but one emoji is 400")
    func badInput() async throws {
        try await withMessaging { service in
            try await service.send("ada", "eve", "hi", id: "m1")
            let bad: [JSON] = [
                nil, "", "a", "1", "🔥🔥", "🔥 ", "fire", "e\u{301}", "🇦", "\u{200D}", "🔥\u{301}", 1, [], ["🔥"], true,
                "🔥\u{0}",
            ]
            for emoji in bad {
                let body: JSON = ["emoji": emoji]
                let answer = try await service.call("POST", "/api/messages/m1/reactions", as: "eve", body)
                #expect(answer.status == 400, "\(answer)")
                #expect(answer.string(at: "field") == "emoji")
            }
            for query in ["", "?emoji=", "?emoji=x", "?emoji=%00", "?emoji=%FF"] {
                let answer = try await service.call("DELETE", "/api/messages/m1/reactions" + query, as: "eve")
                #expect(answer.status == 400, "\(query)")
                #expect(answer.string(at: "field") == "emoji")
            }
        }
    }
}

@Suite("Emoji")
struct EmojiTests {
    @Test(
        "What people call one emoji",
        arguments: ["🔥", "❤️", "👀", "👍🏽", "👩🏻‍❤️‍💋‍👩🏿", "👨‍👩‍👧‍👦", "🇩🇪", "1️⃣", "#️⃣", "🏴󠁧󠁢󠁥󠁮󠁧󠁿", "🏳️‍🌈", "©️", "☀️"]
    )
    func single(text: String) {
        #expect(Emoji(text)?.text == text)
    }

    @Test("What is shown as an emoji by most is taken as one", arguments: ["❤", "☀", "✌", "©"])
    func bare(text: String) {
        #expect(Emoji(text)?.text == text + "\u{FE0F}")
    }

    @Test("Nothing else is", arguments: ["", "a", "1", "#", "🔥🔥", "🇩", "🔥a", " 🔥", "ä", "中", "\u{FE0F}", "\n"])
    func none(text: String) {
        #expect(Emoji(text) == nil)
        #expect(Emoji("👩" + String(repeating: "\u{200D}👩", count: 12)) == nil)
    }
}
