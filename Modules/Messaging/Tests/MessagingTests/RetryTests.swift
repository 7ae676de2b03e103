import Contracts
import JSONText
import KernelTesting
import Postgres
import Testing

@testable import Messaging

@Suite("Retries and ids", .serialized)
struct RetryTests {
    @Test("The same message under the same id gets the first answer, once stored")
    func sameAgain() async throws {
        let clock = ManualClock()
        try await withMessaging(clock: clock) { service in
            let body = #"{"id":"m.1:a-B_c","to":"eve","text":"x","payload":{"a": 1},"type":"ping"}"#
            let first = try await service.post(as: "ada", raw: body)
            clock.advance(by: .seconds(60))
            let second = try await service.post(as: "ada", raw: body)
            #expect(second.status == 200)
            #expect(first.text == second.text)
            let inbox = try await service.get("/api/messages?user=eve", as: "eve")
            #expect(inbox.int(at: "unread") == 1)
            #expect(inbox.count(at: "inbox") == 1)
        }
    }

    @Test("A retry is known also after the recipient blocked the sender")
    func retryAfterBlock() async throws {
        try await withTestDatabase(modules: [StandInIdentity(people), FixedConsent(), MessagingModule()]) { database in
            func send(_ consent: FixedConsent) async throws -> HTTPAnswer {
                try await withTestService(
                    modules: [StandInIdentity(people), consent, MessagingModule()],
                    database: database
                ) { service in try await service.send("ada", "eve", "x", id: "m1") }
            }
            let first = try await send(FixedConsent())
            let again = try await send(FixedConsent(refusal: .blocked))
            #expect(first.status == 200)
            #expect(again.status == 200)
        }
    }

    @Test(
        "Anything else under a taken id is 422, and the first message stays as it was",
        arguments: [
            ("eve", #"{"id":"m1","to":"ada","text":"x"}"#), ("eve", #"{"id":"m1","to":"grace-h","text":"x"}"#),
            ("ada", #"{"id":"m1","to":"eve","text":"y"}"#), ("ada", #"{"id":"m1","to":"bot","text":"x"}"#),
            ("ada", #"{"id":"m1","to":"eve","text":"x","payload":1}"#),
            ("ada", #"{"id":"m1","to":"eve","text":"x","type":"ping"}"#),
            ("ada", #"{"id":"m1","to":"eve","text":"x","reply_to":"m0"}"#),
        ]
    )
    func takeover(sender: String, body: String) async throws {
        try await withMessaging { service in
            try await service.send("ada", "eve", "x", id: "m1")
            let before = try await service.get("/api/messages/m1", as: "ada").text
            let answer = try await service.post(as: sender, raw: body)
            #expect(answer.status == 422)
            #expect(answer.string(at: "code") == "id_taken")
            #expect(try await service.get("/api/messages/m1", as: "ada").text == before)
            #expect(try await service.value("SELECT count(*) FROM messages") == 1)
            #expect(try await service.value("SELECT sum(unread) FROM message_threads") == 1)
            #expect(try await service.value("SELECT count(*) FROM message_threads") == 2)
        }
    }

    @Test("Retries that race store one message and agree on the answer")
    func racing() async throws {
        try await withMessaging { service in
            for round in 1...5 {
                let answers = try await withThrowingTaskGroup(of: HTTPAnswer.self) { group in
                    for _ in 1...12 { group.addTask { try await service.send("ada", "eve", "x", id: "r\(round)") } }
                    return try await group.reduce(into: []) { $0.append($1) }
                }
                #expect(answers.allSatisfy { $0.status == 200 })
                #expect(Set(answers.map(\.text)).count == 1)
            }
            #expect(try await service.value("SELECT count(*) FROM messages") == 5)
            #expect(try await service.get("/api/messages?user=eve", as: "eve").int(at: "unread") == 5)
        }
    }

    @Test("Different messages that race for one id: one wins, the others are 422")
    func racingForOneID() async throws {
        try await withMessaging { service in
            let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
                for number in 1...12 {
                    group.addTask {
                        try await service.send(number.isMultiple(of: 2) ? "ada" : "bot", "eve", "\(number)", id: "m")
                            .status
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(statuses.filter { $0 == 200 }.count == 1)
            #expect(statuses.filter { $0 == 422 }.count == 11)
            #expect(try await service.get("/api/messages?user=eve", as: "eve").int(at: "unread") == 1)
        }
    }

    @Test("The same Idempotency-Key stores one message; with another body it is 422")
    func idempotencyKey() async throws {
        try await withMessaging { service in
            func send(_ text: String, _ path: String) async throws -> HTTPAnswer {
                try await service.client.post(
                    path,
                    token: service.token(of: "ada"),
                    headers: [("Idempotency-Key", "k1")],
                    json: ["to": "eve", "text": .string(text)]
                )
            }
            for path in ["/api/messages", "/api/messages/send"] {
                let first = try await send("once", path)
                let again = try await send("once", path)
                #expect(first.status == 200 && again.status == 200)
                #expect(first.text == again.text)
                #expect(try await send("other", path).status == 422)
            }
            #expect(try await service.value("SELECT count(*) FROM messages") == 2)
        }
    }

    @Test("A taken id under an Idempotency-Key is answered, and leaves the transaction usable")
    func idempotencyKeyAndTakenID() async throws {
        try await withMessaging { service in
            try await service.send("ada", "eve", "x", id: "m1")
            let same = try await service.client.post(
                "/api/messages",
                token: service.token(of: "ada"),
                headers: [("Idempotency-Key", "k1")],
                json: ["to": "eve", "text": "x", "id": "m1"]
            )
            #expect(same.status == 200)
            let other = try await service.client.post(
                "/api/messages",
                token: service.token(of: "ada"),
                headers: [("Idempotency-Key", "k2")],
                json: ["to": "eve", "text": "y", "id": "m1"]
            )
            #expect(other.status == 422)
            #expect(try await service.value("SELECT count(*) FROM messages") == 1)
        }
    }
}
