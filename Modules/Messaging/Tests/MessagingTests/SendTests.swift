import Contracts
import JSONText
import KernelTesting
import Postgres
import Testing

@testable import Messaging

@Suite("Sending", .serialized)
struct SendTests {
    @Test("A message has every field that some client reads")
    func shape() async throws {
        try await withMessaging(clock: ManualClock()) { service in
            let answer = try await service.client.post(
                "/api/messages",
                token: service.token(of: "ada"),
                json: ["to": "@Grace-H", "text": "hello", "reply_to": "msg_1", "v": "0.1", "signature": "c2ln"]
            )
            #expect(answer.status == 200)
            #expect(try await service.undocumented(answer, "post", "/api/messages") == [])
            #expect(answer.bool(at: "success") == true)
            #expect(answer.string(at: "message.from") == "ada")
            #expect(answer.string(at: "message.to") == "grace-h")
            #expect(answer.string(at: "message.text") == "hello")
            #expect(answer.string(at: "message.body") == "hello")
            #expect(answer.value(at: "message.payload")?.isNull == true)
            #expect(answer.string(at: "message.createdAt") == "2026-01-08T16:00:00.000000Z")
            #expect(answer.string(at: "message.created_at") == "2026-01-08T16:00:00.000000Z")
            #expect(answer.bool(at: "message.read") == false)
            #expect(answer.string(at: "message.direction") == "sent")
            #expect(answer.bool(at: "message.isAgent") == false)
            #expect(answer.string(at: "message.thread_id") == "ada:grace_h")
            #expect(answer.string(at: "message.reply_to") == "msg_1")
            #expect(answer.string(at: "message.type") == "dm")
            #expect(answer.string(at: "message.signature") == "c2ln")
            #expect(answer.bool(at: "message.signatureVerified") == false)
            #expect(answer.string(at: "message.consent") == "accepted")
            #expect(answer.string(at: "consent") == "accepted")
            #expect(answer.string(at: "storage") == "postgres")
            #expect(answer.string(at: "messageId") == answer.string(at: "message.id"))
            #expect(answer.bool(at: "airc.signatureVerified") == false)
        }
    }

    @Test("The original's other way to send trims the text and answers in its own form")
    func shortForm() async throws {
        try await withMessaging(clock: ManualClock()) { service in
            let answer = try await service.client.post(
                "/api/messages/send",
                token: service.token(of: "bot"),
                json: ["from": "bot", "to": "ada", "body": "  beep \n", "type": "ping"]
            )
            #expect(answer.status == 200)
            #expect(try await service.undocumented(answer, "post", "/api/messages/send") == [])
            #expect(answer.string(at: "message.body") == "beep")
            #expect(answer.string(at: "message.type") == "ping")
            #expect(answer.int(at: "message.timestamp") == 1_767_888_000_000)
            #expect(answer.value(at: "message.read_at")?.isNull == true)
            #expect(answer.bool(at: "message.isAgent") == true)
            #expect(answer.string(at: "_storage") == "postgres")
            #expect(answer.string(at: "_signature") == "unsigned")
            #expect(answer.string(at: "message._signature") == "unsigned")
            #expect(answer.string(at: "_consent") == "accepted")
        }
    }

    @Test("text counts before body; an empty one counts as absent; a payload needs no text")
    func whichText() async throws {
        try await withMessaging { service in
            let both = try await service.post(as: "ada", raw: #"{"to":"eve","text":"one","body":"two"}"#)
            #expect(both.string(at: "message.body") == "one")
            let empty = try await service.post(as: "ada", raw: #"{"to":"eve","text":"","body":"two"}"#)
            #expect(empty.string(at: "message.text") == "two")
            let payload = try await service.post(as: "ada", raw: #"{"to":"eve","text":"","payload":0}"#)
            #expect(payload.status == 200)
            #expect(payload.value(at: "message.text")?.isNull == true)
            #expect(payload.rawText(at: "message.payload") == "0")
            let nothing = try await service.post(as: "ada", raw: #"{"to":"eve","text":"","payload":null}"#)
            #expect(nothing.status == 400)
            #expect(nothing.string(at: "code") == "missing_field")
        }
    }

    @Test("The sender is the token's owner, and nobody else")
    func sender() async throws {
        try await withMessaging { service in
            let other = try await service.post(as: "eve", raw: #"{"from":"ada","to":"grace-h","text":"I am ada"}"#)
            #expect(other.status == 403)
            let own = try await service.post(as: "grace_h", raw: #"{"from":"@Grace-H","to":"ada","text":"me"}"#)
            #expect(own.status == 200)
            let nobody = try await service.client.post(
                "/api/messages",
                json: ["from": "ada", "to": "eve", "text": "x"]
            )
            #expect(nobody.status == 401)
            #expect(nobody.string(at: "error")?.contains("Authentication") == true)
            #expect(try await service.value("SELECT count(*) FROM messages") == 1)
        }
    }

    @Test("Names that nobody has claimed look like those that somebody has")
    func strangers() async throws {
        try await withMessaging(clock: ManualClock()) { service in
            let unknown = try await service.send("ada", "solo-hangman", "a", id: "m1")
            let known = try await service.send("ada", "eve", "a", id: "m2")
            #expect(unknown.status == 200 && known.status == 200)
            let masked = unknown.text.replacing("solo-hangman", with: "eve").replacing(
                "ada:solo_hangman",
                with: "ada:eve"
            )
            .replacing("m1", with: "m2")
            #expect(masked == known.text)
            let back = try await service.get("/api/messages?user=ada&with=solo-hangman", as: "ada")
            #expect(back.strings("thread", "text") == ["a"])
        }
    }

    @Test("A message to oneself is received once")
    func toOneself() async throws {
        try await withMessaging { service in
            #expect(try await service.send("ada", "ada", "note").status == 200)
            let inbox = try await service.get("/api/messages?user=ada", as: "ada")
            #expect(inbox.int(at: "unread") == 1)
            #expect(inbox.strings("threads", "with") == ["ada"])
            let thread = try await service.get("/api/messages?user=ada&with=ada", as: "ada")
            #expect(thread.strings("thread", "direction") == ["received"])
            #expect(thread.bool(at: "thread[0].read") == true)
            #expect(try await service.get("/api/messages?user=ada", as: "ada").int(at: "unread") == 0)
        }
    }

    @Test("Consent is asked before, recorded with the write, and shown")
    func consent() async throws {
        try await withMessaging(consent: FixedConsent(.pending)) { service in
            let answer = try await service.send("ada", "eve", "may I?")
            #expect(answer.string(at: "consent") == "pending")
            let records = try await service.database.read("SELECT sender, recipient, preview FROM consent_records")
            #expect(records.map { [$0.string(0), $0.string(1), $0.string(2)] } == [["ada", "eve", "may I?"]])
        }
    }

    @Test(
        "A refusal writes nothing",
        arguments: [
            (ConsentRefused.Reason.blocked, 403, "consent_blocked"), (.required, 403, "consent_required"),
            (.strangerLimit, 429, "stranger_limit"),
        ]
    )
    func refusal(reason: ConsentRefused.Reason, status: Int, code: String) async throws {
        try await withMessaging(consent: FixedConsent(refusal: reason)) { service in
            let answer = try await service.send("ada", "eve", "hello?")
            #expect(answer.status == status)
            #expect(answer.string(at: "code") == code)
            #expect(try await service.value("SELECT count(*) FROM messages") == 0)
            #expect(try await service.value("SELECT count(*) FROM message_threads") == 0)
        }
    }

    @Test("A refused send makes no row for a name that nobody has")
    func refusalMakesNobody() async throws {
        try await withMessaging(consent: FixedConsent(refusal: .required)) { service in
            let refused = try await service.send("ada", "nobody-yet", "x")
            #expect(refused.status == 403)
            #expect(try await service.value("SELECT count(*) FROM handles WHERE handle = 'nobody_yet'") == 0)
        }
    }

    @Test("A taken id makes no row for a name that nobody has; a free one does")
    func takenIDMakesNobody() async throws {
        try await withMessaging { service in
            try await service.send("ada", "eve", "x", id: "taken")
            let taken = try await service.send("ada", "nobody-yet", "x", id: "taken")
            #expect(taken.status == 422)
            #expect(taken.string(at: "code") == "id_taken")
            #expect(try await service.value("SELECT count(*) FROM handles WHERE handle = 'nobody_yet'") == 0)
            #expect(try await service.send("ada", "nobody-yet", "x", id: "free").status == 200)
            #expect(try await service.send("ada", "nobody-yet", "x", id: "free").status == 200)
            #expect(try await service.value("SELECT count(*) FROM handles WHERE handle = 'nobody_yet'") == 1)
        }
    }

    @Test("More messages a minute than the setting allows are 429")
    func rateLimit() async throws {
        try await withMessaging(settings: ["messaging.messages_per_minute": "3"], clock: ManualClock()) { service in
            var statuses: [Int] = []
            for _ in 1...5 { statuses.append(try await service.send("ada", "eve", "x").status) }
            #expect(statuses == [200, 200, 200, 429, 429])
            #expect(try await service.send("eve", "ada", "x").status == 200)
        }
    }

    @Test("The public count of messages grows with each")
    func stats() async throws {
        try await withMessaging { service in
            #expect(try await PostgresMessageStore(database: service.database).messageCount() == 0)
            for text in ["a", "b", "c"] { try await service.send("ada", "eve", text) }
            #expect(try await PostgresMessageStore(database: service.database).messageCount() == 3)
        }
    }
}
