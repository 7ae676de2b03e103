import JSONText
import KernelTesting
import Postgres
import Testing

@testable import Messaging

@Suite("Search", .serialized)
struct SearchTests {
    private static let texts = [
        "Die Größe der Tür", "GROESSE und GRÖSSE", "u\u{308}bermorgen", "今天天气很好", "京都 and 東京都", "カタカナ ﾊﾝｶｸ",
        "안녕하세요 여러분", "สวัสดีครับ", "fix auth.ts in /src/lib_x", "don't ship foo-bar@example.com", "50% of [it]",
        "emoji 🔥 only", "Straße", "Ça va, Łódź?",
    ]

    private static let cases: [(wanted: String, found: [String])] = [
        ("größe", ["Die Größe der Tür", "GROESSE und GRÖSSE"]),
        ("GRÖSSE", ["Die Größe der Tür", "GROESSE und GRÖSSE"]),
        ("grösse tür", ["Die Größe der Tür"]), ("Tu\u{308}r", ["Die Größe der Tür"]),
        ("Übermorgen", ["u\u{308}bermorgen"]), ("STRASSE", ["Straße"]), ("łódź ça", ["Ça va, Łódź?"]),
        ("天气", ["今天天气很好"]), ("天", ["今天天气很好"]), ("好今", []), ("今天很好", []), ("東京", ["京都 and 東京都"]),
        ("東京都", ["京都 and 東京都"]), ("京都東京", []), ("京都東", []), ("ｶﾀｶﾅ", ["カタカナ ﾊﾝｶｸ"]), ("ハンカク", ["カタカナ ﾊﾝｶｸ"]),
        ("안녕", ["안녕하세요 여러분"]), ("สวัส", ["สวัสดีครับ"]), ("auth", ["fix auth.ts in /src/lib_x"]),
        ("auth.ts lib_x", ["fix auth.ts in /src/lib_x"]), ("foo-bar", ["don't ship foo-bar@example.com"]),
        ("don't", ["don't ship foo-bar@example.com"]), ("50%", ["50% of [it]"]), ("emoji only", ["emoji 🔥 only"]),
        ("tür nirgends", []), ("🔥", []), ("!?", []), ("' & | ! :* \\", []), ("@ada", []), ("gro", []),
    ]

    @Test("Words are found whatever their case and form, and any part of what has no spaces")
    func words() async throws {
        try await withMessaging { service in
            for (number, text) in Self.texts.enumerated() {
                try await service.send("eve", "ada", text, id: "m\(number)")
            }
            try await service.index()
            let store = PostgresMessageStore(database: service.database)
            for (wanted, expected) in Self.cases {
                let search = MessageSearch(
                    text: wanted,
                    owner: "ada",
                    peer: nil,
                    hiding: [],
                    before: .start,
                    limit: 50
                )
                let found = try await store.search(search)
                #expect(Set(found.messages.compactMap(\.text)) == Set(expected), "\(wanted)")
                #expect(found.next == nil)
            }
        }
    }

    @Test("One's own messages alone, both ways, page by page, the newest first")
    func mailbox() async throws {
        let clock = ManualClock()
        try await withMessaging(clock: clock) { service in
            for number in 1...5 {
                clock.advance(by: .seconds(1))
                try await service.send(
                    number.isMultiple(of: 2) ? "ada" : "eve",
                    number.isMultiple(of: 2) ? "eve" : "ada",
                    "plum \(number)"
                )
            }
            try await service.send("bot", "ada", "plum of bot")
            try await service.send("ada", "ada", "plum to myself")
            try await service.send("bot", "eve", "plum for others")
            // Found without being asked for: the job does it.
            try await eventually("all is found") {
                try await service.get("/api/messages/search?q=plum", as: "ada").int(at: "count") == 7
            }
            let found = try await service.get("/api/messages/search?q=PLUM&user=ada", as: "ada")
            #expect(try await service.undocumented(found, "get", "/api/messages/search") == [])
            #expect(!found.text.contains("others"))
            let eve = try await service.get("/api/messages/search?q=plum&with=eve", as: "ada")
            #expect(eve.strings("messages", "text") == (1...5).reversed().map { "plum \($0)" })
            #expect(eve.strings("messages", "direction") == ["received", "sent", "received", "sent", "received"])
            #expect(eve.strings("messages", "from").first == "eve")
            let own = try await service.get("/api/messages/search?q=plum&with=ada", as: "ada")
            #expect(own.strings("messages", "text") == ["plum to myself"])

            var paged: [String] = []
            var cursor = ""
            repeat {
                let page = try await service.get("/api/messages/search?q=plum&limit=2\(cursor)", as: "ada")
                paged += page.strings("messages", "id")
                cursor = page.string(at: "next").map { "&cursor=\($0)" } ?? ""
            } while !cursor.isEmpty
            #expect(paged == found.strings("messages", "id"))
            #expect(Set(paged).count == 7)
        }
    }

    @Test("What is hidden, withheld, deleted or changed is not found under what it said")
    func changes() async throws {
        try await withMessaging(consent: FixedConsent(blocked: ["bot"])) { service in
            try await service.send("eve", "ada", "quince hidden", id: "m1")
            try await service.send("eve", "ada", "quince withheld", id: "m2")
            try await service.send("eve", "ada", "quince deleted", id: "m3")
            try await service.send("eve", "ada", "quince changed", id: "m4")
            try await service.send("bot", "ada", "quince blocked", id: "m5")
            // One is changed before it is taken in, one after.
            try await service.call("PATCH", "/api/messages/m4", as: "eve", ["text": "medlar"])
            try await service.index()
            try await service.call("DELETE", "/api/messages/m3", as: "eve")
            _ = try await service.database.write("UPDATE messages SET withheld = true WHERE id = 'm2'")
            func found(_ text: String) async throws -> [String] {
                try await service.index()
                return try await service.get("/api/messages/search?q=\(text)", as: "ada").strings("messages", "id")
            }
            #expect(try await found("quince") == ["m1"])
            #expect(try await found("medlar") == ["m4"])
            try await service.call("PATCH", "/api/messages/m4", as: "eve", ["text": "quince again"])
            #expect(try await service.get("/api/messages/search?q=medlar", as: "ada").int(at: "count") == 0)
            #expect(try await found("quince") == ["m4", "m1"])
            #expect(try await service.value("SELECT count(*) FROM message_search WHERE terms IS NULL") == 0)
        }
    }

    @Test("A message that becomes visible after later ones is taken in as well")
    func overlapping() async throws {
        try await withMessaging { service in
            let store = PostgresMessageStore(database: service.database)
            func insert(_ id: String, _ executor: some PostgresExecutor) async throws {
                _ = try await executor.query(
                    "INSERT INTO messages (id, from_user, to_user, text) VALUES (\(id), 'ada', 'eve', 'apricot')"
                )
            }
            try await service.database.transaction { transaction in
                try await insert("early", transaction)
                try await service.database.withConnection { try await insert("late", $0) }
                for _ in 1...5 { _ = try await store.index(limit: 10) }
                // It waits for the one that is under way.
                #expect(try await service.value("SELECT count(*) FROM message_search") == 0)
            }
            try await service.index()
            #expect(try await service.value("SELECT count(*) FROM message_search") == 2)
        }
    }

    @Test("Numbers of another server's transactions do not stop the index")
    func restored() async throws {
        try await withMessaging { service in
            try await service.database.write(
                "UPDATE message_search_progress SET seen_by = '4000000000'"
            )
            try await service.send("eve", "ada", "fig", id: "m1")
            try await eventually("it is found") {
                try await service.get("/api/messages/search?q=fig", as: "ada").int(at: "count") == 1
            }
        }
    }

    @Test("What makes no sense is 400 and names the parameter; others' mailboxes are closed")
    func badInput() async throws {
        try await withMessaging { service in
            for (query, status, field) in [
                ("", 400, "q"), ("?q=", 400, "q"), ("?q=%00", 400, "q"), ("?q=%FF", 400, "q"),
                ("?q=" + String(repeating: "x", count: 201), 400, "q"), ("?q=x&with=!", 400, "with"),
                ("?q=x&cursor=zzz", 400, "cursor"), ("?q=x&limit=ten", 400, "limit"), ("?q=x&user=eve", 403, nil),
            ] as [(String, Int, String?)] {
                let answer = try await service.get("/api/messages/search\(query)", as: "ada")
                #expect(answer.status == status, "\(query): \(answer)")
                #expect(answer.string(at: "field") == field)
            }
            #expect(try await service.client.get("/api/messages/search?q=x").status == 401)
        }
    }

    @Test("Searches have a limit of their own")
    func limit() async throws {
        try await withMessaging(settings: ["messaging.searches_per_minute": "2"]) { service in
            var statuses: [Int] = []
            for _ in 1...3 { statuses.append(try await service.get("/api/messages/search?q=x", as: "ada").status) }
            #expect(statuses == [200, 200, 429])
            #expect(try await service.get("/api/messages?user=ada", as: "ada").status == 200)
        }
    }
}
