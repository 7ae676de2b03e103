import Crypto
import Foundation
import Identity
import JSONText
import Kernel
import KernelTesting
import Postgres
import Testing

@testable import Messaging

/// Signs as clients do.
struct Signer: Sendable {
    let key = Curve25519.Signing.PrivateKey()

    var publicKey: [UInt8] { Array(key.publicKey.rawRepresentation) }

    func signature(of canonical: String) throws -> String {
        try key.signature(for: Data(canonical.utf8)).base64EncodedString()
    }

    /// The object with a signature over its canonical form, and with members that are added after signing.
    func signed(_ object: String, adding more: String = "") throws -> String {
        let canonical = CanonicalJSON.encode(try JSONDocument(object.utf8).root)
        let signature = try signature(of: String(decoding: canonical, as: UTF8.self))
        return object.dropLast() + #","signature":"\#(signature)"\#(more)}"#
    }
}

@Suite("Signatures")
struct SignedBodyTests {
    /// AIRC_SPEC.md, appendix C: a published throw-away key and two messages.
    private static let airc = "hT4X7iWhZhMldR4fJmQMYhqSUKQdFbYgV1SZkvwiJQo="
    private static let vectors = [
        """
        {"v": "0.2", "id": "msg_test123", "from": "alice", "to": "bob", "timestamp": 1704672000, \
        "nonce": "abc123xyz789", "body": "Hello, Bob!", \
        "signature": "JY/Bvn8DpKOhCYYjaAlSvU+o/7eDzkHzpzmtAQbzZkrxddkU+O4W0iF/rgQEbcFCbo6Su18ohHM7LvYRtzs5Cw=="}
        """,
        """
        {"v": "0.2", "id": "msg_payload456", "from": "agent_x", "to": "agent_y", "timestamp": 1704672100, \
        "nonce": "xyz789abc123", "body": "Task completed", "payload": {"type": "handoff", "status": "complete", \
        "context": {"branch": "feature/auth", "files": ["auth.ts", "db.ts"]}}, \
        "signature": "cG08mGhzBIQjWYolDmLtSBzrO7UAyJ7mtYh62ggVhLzTx0p+ubqowiCi6hzMnCrNqb9Pi92ul1OJilz0QsVZBg=="}
        """,
    ]

    private func body(_ text: String) throws -> SignedBody {
        try #require(try SignedBody(BodyFields(JSONDocument(text.utf8).root)))
    }

    @Test("The protocol's own vectors, and what is changed in them", arguments: vectors)
    func airc(vector: String) throws {
        let key = Array(try #require(Data(base64Encoded: Self.airc)))
        #expect(try body(vector).isSigned(by: key))
        #expect(try body(vector.replacing("==\"}", with: "==\", \"x\": null}")).isSigned(by: key) == false)
        #expect(try body(vector.replacing("\"body\": \"", with: "\"body\": \"!")).isSigned(by: key) == false)
        #expect(try body(vector.replacing("\"signature\": \"", with: "\"signature\": \"ed25519:")).isSigned(by: key))
        #expect(try body(vector).isSigned(by: Signer().publicKey) == false)
        #expect(try body(vector).isSigned(by: []) == false)
    }

    /// What JavaScript makes of numbers, letters and the order of names (ECMA-262, Number::toString and JSON.stringify).
    private static let canonical = [
        (
            #"{ "n": [1e3, 1.50, -0, 0.000001, 1E-7, 1e21, 123456789012345678901, 100000000000000000000, 4.35] }"#,
            #"{"n":[1000,1.5,0,0.000001,1e-7,1e+21,123456789012345680000,100000000000000000000,4.35]}"#
        ),
        (
            #"{"body":"Gr\u00fc\u00dfe \/ \ud83d\ude00 \u2028 \u0007\n\"","a":"今天","Z":null}"#,
            "{\"Z\":null,\"a\":\"今天\",\"body\":\"Grüße / 😀 \u{2028} \\u0007\\n\\\"\"}"
        ),
        (
            #"{"\uff5e":1,"\ud83d\ude00":2,"é":3,"e":4,"E":5,"10":6,"9":7}"#,
            #"{"10":6,"9":7,"E":5,"e":4,"é":3,"😀":2,"～":1}"#
        ),
    ]

    @Test("Numbers and letters beyond ASCII, signed in the form that JavaScript writes", arguments: canonical)
    func javaScript(raw: String, canonical: String) throws {
        let signer = Signer()
        let signature = try signer.signature(of: canonical)
        #expect(try body(raw.dropLast() + #","signature":"\#(signature)"}"#).isSigned(by: signer.publicKey))
        #expect(
            try body(raw.dropLast() + #","x":0,"signature":"\#(signature)"}"#).isSigned(by: signer.publicKey) == false
        )
    }

    @Test("Letters beyond ASCII, signed in the form that Python writes")
    func python() throws {
        let signer = Signer()
        let signature = try signer.signature(of: #"{"body":"Gr\u00fc\u00dfe \ud83d\ude00","n":1.0}"#)
        #expect(try body(#"{"n":1.0,"body":"Grüße 😀","signature":"\#(signature)"}"#).isSigned(by: signer.publicKey))
    }

    @Test("`text` may be added after signing where it says what `body` says, and nowhere else")
    func addedText() throws {
        let signer = Signer()
        for (object, more, isGenuine) in [
            (#"{"body":"hi"}"#, #","text":"hi""#, true),
            (#"{"body":"hi"}"#, #","text":"\u0068i""#, true),
            (#"{"body":"hi"}"#, #","text":"evil""#, false),
            (#"{"payload":1}"#, #","text":"evil""#, false),
            (#"{"payload":1}"#, #","text":"""#, true),
            (#"{"payload":1}"#, #","text":null"#, true),
            (#"{"body":"hi","text":"signed too"}"#, "", true),
            (#"{"body":"hi"}"#, #","text":["hi"]"#, false),
            (#"{"body":"hi"}"#, #","to":"eve""#, false),
        ] {
            let signed = try body(try signer.signed(object, adding: more))
            #expect(signed.isSigned(by: signer.publicKey) == isGenuine, "\(object)\(more)")
        }
    }
}

@Suite("Signed messages", .serialized)
struct SignatureTests {
    private func message(
        _ id: String?,
        nonce: String,
        at time: PostgresTimestamp,
        text: String = "hi",
        to: String = "eve"
    ) -> String {
        let id = id.map { #""id":"\#($0)","# } ?? ""
        let seconds = time.microseconds / 1_000_000
        return
            #"{"v":"0.1",\#(id)"from":"Ada","to":"\#(to)","timestamp":\#(seconds),"nonce":"\#(nonce)","body":"\#(text)"}"#
    }

    @Test("Verified, on both routes, and shown to both sides")
    func verified() async throws {
        let clock = ManualClock()
        let signer = Signer()
        try await withMessaging(clock: clock, keys: FixedKeys(["ada": signer.publicKey])) { service in
            let body = try signer.signed(message("m1", nonce: "n1", at: clock.now), adding: #","text":"hi""#)
            let answer = try await service.post(as: "ada", raw: body)
            #expect(answer.status == 200)
            #expect(try await service.undocumented(answer, "post", "/api/messages") == [])
            #expect(answer.bool(at: "airc.signatureVerified") == true)
            #expect(answer.string(at: "airc.signatureReason") == "verified")
            #expect(answer.bool(at: "message.signatureVerified") == true)
            let thread = try await service.get("/api/messages?user=eve&with=ada", as: "eve")
            #expect(thread.bool(at: "thread[0].signatureVerified") == true)
            let short = try signer.signed(message("m2", nonce: "n2", at: clock.now))
            let sent = try await service.post("/api/messages/send", as: "ada", raw: short)
            #expect(sent.string(at: "_signature") == "verified")
            #expect(try await service.undocumented(sent, "post", "/api/messages/send") == [])
            // An edit takes the signature off.
            let edit = try await service.call("PATCH", "/api/messages/m1", as: "ada", ["text": "other"])
            #expect(edit.bool(at: "message.signatureVerified") == false)
            #expect(edit.value(at: "message.signature")?.isNull == true)
            #expect(try await service.post(as: "ada", raw: body).status == 200)
        }
    }

    @Test("What is not verified says why, and is taken all the same")
    func states() async throws {
        let clock = ManualClock()
        let signer = Signer()
        try await withMessaging(clock: clock, keys: FixedKeys(["ada": signer.publicKey])) { service in
            func state(_ body: String, as handle: String = "ada") async throws -> String? {
                let answer = try await service.post("/api/messages/send", as: handle, raw: body)
                #expect(answer.status == 200, "\(answer)")
                #expect(answer.bool(at: "message.signatureVerified") == false)
                return answer.string(at: "_signature")
            }
            #expect(try await state(#"{"to":"eve","text":"x"}"#) == "unsigned")
            let stranger = try Signer().signed(message(nil, nonce: "n1", at: clock.now))
            #expect(try await state(stranger) == "invalid")
            #expect(try await state(#"{"to":"eve","text":"x","signature":"nonsense"}"#) == "invalid")
            let genuine = try signer.signed(message(nil, nonce: "n2", at: clock.now))
            #expect(try await state(genuine.replacing("\"hi\"", with: "\"ho\"")) == "invalid")
            #expect(try await state(try signer.signed(#"{"to":"eve","body":"undated"}"#)) == "invalid")
            let keyless = try signer.signed(#"{"to":"eve","body":"x","timestamp":1767888000,"nonce":"n3"}"#)
            #expect(try await state(keyless, as: "bot") == "no_key")
            // Nothing of it has used anything up.
            #expect(try await service.value("SELECT count(*) FROM message_nonces") == 0)
        }
    }

    @Test("A signature counts once; a retry under its id gets the first answer at any time")
    func replay() async throws {
        let clock = ManualClock()
        let signer = Signer()
        try await withMessaging(clock: clock, keys: FixedKeys(["ada": signer.publicKey])) { service in
            let body = try signer.signed(message("m1", nonce: "n1", at: clock.now))
            let first = try await service.post(as: "ada", raw: body)
            let again = try await service.post(as: "ada", raw: body)
            #expect(first.status == 200)
            #expect(first.text == again.text)

            let reused = try signer.signed(message("m2", nonce: "n1", at: clock.now))
            let replay = try await service.post(as: "ada", raw: reused)
            #expect(replay.status == 401)
            #expect(replay.string(at: "code") == "replay_detected")
            #expect(replay.string(at: "error")?.contains("Authentication") == true)

            let idless = try signer.signed(message(nil, nonce: "n2", at: clock.now))
            #expect(try await service.post(as: "ada", raw: idless).status == 200)
            #expect(try await service.post(as: "ada", raw: idless).status == 401)

            // To a name that nobody has made: a refusal makes none.
            let unknown = try signer.signed(message("m3", nonce: "n1", at: clock.now, to: "nobody_yet"))
            #expect(try await service.post(as: "ada", raw: unknown).status == 401)

            clock.advance(by: .seconds(301))
            let late = try await service.post(as: "ada", raw: body)
            #expect(late.text == first.text)
            let stale = try await service.post(as: "ada", raw: idless)
            #expect(stale.status == 401)
            #expect(stale.string(at: "code") == "replay_detected")
            #expect(try await service.value("SELECT count(*) FROM messages") == 2)
            #expect(try await service.value("SELECT sum(unread) FROM message_threads") == 2)

            let store = PostgresMessageStore(database: service.database)
            try await store.forgetNonces(before: clock.now)
            #expect(try await service.value("SELECT count(*) FROM message_nonces") == 2)
            clock.advance(by: .seconds(300))
            try await store.forgetNonces(before: clock.now)
            #expect(try await service.value("SELECT count(*) FROM message_nonces") == 0)
        }
    }

    @Test("Copies of one signature that race: one is taken")
    func racing() async throws {
        let clock = ManualClock()
        let signer = Signer()
        try await withMessaging(clock: clock, keys: FixedKeys(["ada": signer.publicKey])) { service in
            let body = try signer.signed(message(nil, nonce: "n1", at: clock.now))
            let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 1...8 { group.addTask { try await service.post(as: "ada", raw: body).status } }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(statuses.filter { $0 == 200 }.count == 1)
            #expect(statuses.filter { $0 == 401 }.count == 7)
            #expect(try await service.value("SELECT count(*) FROM messages") == 1)
        }
    }

    @Test("Where signatures are enforced, nothing but verified messages is taken, and no text changes")
    func enforced() async throws {
        let clock = ManualClock()
        let signer = Signer()
        try await withMessaging(
            settings: ["messaging.enforce_signatures": "true"],
            clock: clock,
            keys: FixedKeys(["ada": signer.publicKey])
        ) { service in
            let genuine = try signer.signed(message("m1", nonce: "n1", at: clock.now))
            let bad = [
                (#"{"to":"eve","text":"x"}"#, "ada"), (genuine.replacing("\"hi\"", with: "\"ho\""), "ada"),
                (try Signer().signed(message("m1", nonce: "n1", at: clock.now)), "ada"),
                (try signer.signed(#"{"to":"eve","body":"x"}"#), "ada"),
                (try signer.signed(#"{"to":"eve","body":"x","timestamp":1767888000,"nonce":"n3"}"#), "bot"),
            ]
            for (body, handle) in bad {
                for path in ["/api/messages", "/api/messages/send"] {
                    let answer = try await service.post(path, as: handle, raw: body)
                    #expect(answer.status == 401, "\(answer)")
                    #expect(answer.string(at: "code") == "auth_failed")
                    #expect(answer.string(at: "error")?.contains("Authentication") == true)
                }
            }
            #expect(try await service.value("SELECT count(*) FROM messages") == 0)
            #expect(try await service.post(as: "ada", raw: genuine).status == 200)
            let edit = try await service.call("PATCH", "/api/messages/m1", as: "ada", ["text": "unsigned"])
            #expect(edit.status == 403)
            #expect(try await service.call("DELETE", "/api/messages/m1", as: "ada").status == 200)
        }
    }

    @Test("With the real Identity: the key that somebody registers with is the one that counts")
    func registeredKey() async throws {
        let clock = ManualClock()
        let signer = Signer()
        try await withTestService(modules: [IdentityModule(), MessagingModule()], clock: clock) { service in
            let key = "ed25519:" + Data(signer.publicKey).base64EncodedString()
            let registered = try await service.client.post(
                "/api/presence",
                json: ["action": "register", "username": "ada", "publicKey": .string(key)]
            )
            let token = try #require(registered.string(at: "token"), "\(registered)")
            for (author, state) in [(signer, "verified"), (Signer(), "invalid")] {
                let body = try author.signed(message(nil, nonce: state, at: clock.now))
                let answer = try await service.client.request(
                    "POST",
                    "/api/messages/send",
                    token: token,
                    body: .text(body)
                )
                #expect(answer.string(at: "_signature") == state, "\(answer)")
            }
        }
    }

    @Test("Members of a signature are checked for their type, signed or not")
    func badInput() async throws {
        try await withMessaging { service in
            for (members, field) in [
                (#""nonce":7"#, "nonce"), (#""nonce":["a"]"#, "nonce"), (#""nonce":"a\u0000""#, "nonce"),
                (#""nonce":"\#(String(repeating: "n", count: 129))""#, "nonce"), (#""timestamp":"now""#, "timestamp"),
                (#""timestamp":true"#, "timestamp"), (#""timestamp":{}"#, "timestamp"),
                (#""timestamp":1e400"#, "timestamp"), (#""timestamp":99999999999999999999"#, "timestamp"),
                (#""signature":1"#, "signature"), (#""v":1"#, "v"),
            ] {
                for path in ["/api/messages", "/api/messages/send"] {
                    let answer = try await service.post(path, as: "ada", raw: #"{"to":"eve","text":"x",\#(members)}"#)
                    #expect(answer.status == 400, "\(members): \(answer)")
                    #expect(answer.string(at: "field") == field)
                }
            }
            let nulls = #"{"to":"eve","text":"x","nonce":null,"timestamp":null,"signature":null}"#
            #expect(try await service.post(as: "ada", raw: nulls).status == 200)
            #expect(try await service.value("SELECT count(*) FROM messages") == 1)
        }
    }
}
