import Contracts
import KernelTesting
import Postgres
import Testing

@testable import Messaging

@Suite("Welcome", .serialized)
struct WelcomeTests {
    /// What Identity's claim adds to its write.
    private func register(_ handle: String, number: Int?, _ service: TestService) async throws {
        let genesis = number.map { #","genesisNumber":\#($0)"# } ?? ""
        let payload = PostgresJSON(#"{"handle":"\#(handle)","isAgent":false\#(genesis)}"#)
        try await service.database.write(
            """
            INSERT INTO outbox (handler, event, version, payload)
            VALUES ('messaging.welcome', \(HandleRegistered.name), 1, \(payload))
            """
        )
    }

    @Test("A newcomer gets one welcome, however often the event comes")
    func once() async throws {
        try await withMessaging { service in
            for _ in 1...3 { try await register("ada", number: 7, service) }
            try await eventually("the outbox is empty") { try await service.value("SELECT count(*) FROM outbox") == 0 }
            let inbox = try await service.get("/api/messages?user=ada", as: "ada")
            #expect(inbox.strings("inbox", "id") == ["welcome_ada"])
            #expect(inbox.strings("inbox", "from") == ["vibe"])
            #expect(inbox.string(at: "inbox[0].text")?.contains("#7") == true)
            #expect(inbox.int(at: "unread") == 1)
            #expect(try await service.value("SELECT count(*) FROM messages WHERE system_msg") == 1)
        }
    }

    @Test("Without a number the welcome speaks of none")
    func withoutNumber() async throws {
        try await withMessaging { service in
            try await register("eve", number: nil, service)
            try await eventually("the welcome is there") {
                try await service.get("/api/messages?user=eve", as: "eve").count(at: "inbox") == 1
            }
            let text = try await service.get("/api/messages/welcome_eve", as: "eve").string(at: "message.text")
            #expect(text?.contains("@eve") == true)
            #expect(text?.contains("#") == false)
        }
    }

    @Test("The system's own messages are sent once per id")
    func systemMessenger() async throws {
        try await withTestDatabase(modules: [StandInIdentity(people), MessagingModule()]) { database in
            for person in people {
                try await database.client.write(
                    "INSERT INTO handles (handle, shown) VALUES (\(person.handle), \(person.shown))"
                )
            }
            let store = PostgresMessageStore(database: database.client)
            let sender = SystemSender(store: store, database: database.client, clock: ManualClock().wallClock)
            for _ in 1...2 { try await sender.send(id: "digest_1", from: "vibe", to: "ada", text: "news") }
            let list = try await store.inbox(of: "ada", InboxFilter(), before: .start, limit: 10)
            #expect(list.count == 1)
            #expect(try await store.unreadTotal(of: "ada", hiding: []) == 1)
        }
    }
}
