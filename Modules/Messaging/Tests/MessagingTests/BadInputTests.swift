import JSONText
import KernelTesting
import Postgres
import Testing

@testable import Messaging

@Suite("Bad input", .serialized)
struct BadInputTests {
    static let bodies: [(body: String, status: Int, code: String, field: String?)] = [
        ("{", 400, "invalid_json", nil),
        ("[]", 400, "invalid_json", nil),
        ("nonsense", 400, "invalid_json", nil),
        (#"{"to":"eve","text":"x"} trailing"#, 400, "invalid_json", nil),
        (String(repeating: "[", count: 10_000) + String(repeating: "]", count: 10_000), 400, "invalid_json", nil),
        (
            #"{"to":"eve","payload":"# + String(repeating: "[", count: 10_000) + String(repeating: "]", count: 10_000)
                + "}", 400, "invalid_json", nil
        ),
        ("", 400, "missing_field", "to"),
        ("{}", 400, "missing_field", "to"),
        (#"{"text":"x"}"#, 400, "missing_field", "to"),
        (#"{"to":null,"text":"x"}"#, 400, "missing_field", "to"),
        (#"{"to":"eve"}"#, 400, "missing_field", "text"),
        (#"{"to":7,"text":"x"}"#, 400, "invalid_field", "to"),
        (#"{"to":["eve"],"text":"x"}"#, 400, "invalid_field", "to"),
        (#"{"to":"eve","text":7}"#, 400, "invalid_field", "text"),
        (#"{"to":"eve","text":{"a":1}}"#, 400, "invalid_field", "text"),
        (#"{"to":"eve","text":"x","from":true}"#, 400, "invalid_field", "from"),
        (#"{"to":"eve","text":"x","type":1}"#, 400, "invalid_field", "type"),
        (#"{"to":"eve","text":"x","id":99999999999999999999999}"#, 400, "invalid_field", "id"),
        (#"{"to":"eve","text":"x","id":""}"#, 400, "invalid_field", "id"),
        (#"{"to":"eve","text":"x","id":"a b"}"#, 400, "invalid_field", "id"),
        (#"{"to":"eve","text":"x","id":"äöü"}"#, 400, "invalid_field", "id"),
        (#"{"to":"eve","text":"x","id":"welcome_eve"}"#, 400, "invalid_field", "id"),
        (#"{"to":"eve","text":"x","id":"\#(String(repeating: "i", count: 65))"}"#, 400, "invalid_field", "id"),
        (#"{"to":"eve","text":"x","id":"a\u0000"}"#, 400, "invalid_field", "id"),
        (#"{"to":"eve","text":"a\u0000b"}"#, 400, "invalid_field", "text"),
        (#"{"to":"eve","body":"a\u0000b"}"#, 400, "invalid_field", "body"),
        (#"{"to":"e\u0000ve","text":"x"}"#, 400, "invalid_field", "to"),
        (#"{"to":"","text":"x"}"#, 400, "invalid_handle", "to"),
        (#"{"to":"@","text":"x"}"#, 400, "invalid_handle", "to"),
        (#"{"to":"a b","text":"x"}"#, 400, "invalid_handle", "to"),
        (#"{"to":"12345","text":"x"}"#, 400, "invalid_handle", "to"),
        (#"{"to":"__proto__","text":"x"}"#, 400, "invalid_handle", "to"),
        (#"{"to":"\#(String(repeating: "n", count: 33))","text":"x"}"#, 400, "invalid_handle", "to"),
        (#"{"to":"evë","text":"x"}"#, 400, "invalid_handle", "to"),
        (#"{"to":"eve","text":"x","reply_to":"no spaces"}"#, 400, "invalid_field", "reply_to"),
        (#"{"to":"eve","text":"\#(String(repeating: "x", count: 2_001))"}"#, 400, "text_too_long", "text"),
        (#"{"to":"eve","text":"\#(String(repeating: "😀", count: 1_001))"}"#, 400, "text_too_long", "text"),
        (#"{"to":"eve","text":"x","body":"\#(String(repeating: "x", count: 2_001))"}"#, 400, "text_too_long", "body"),
        (
            #"{"to":"eve","payload":"\#(String(repeating: "p", count: 64 * 1_024))"}"#, 413, "payload_too_large",
            "payload"
        ),
        (#"{"to":"eve","text":"\#(String(repeating: "x", count: 300_000))"}"#, 413, "body_too_large", nil),
    ]

    @Test("What is wrong is refused with its name, and nothing is written")
    func bodies() async throws {
        try await withMessaging { service in
            for path in ["/api/messages", "/api/messages/send"] {
                for bad in Self.bodies {
                    let answer = try await service.post(path, as: "ada", raw: bad.body)
                    let shown = "\(path) \(bad.body.prefix(80))"
                    #expect(answer.status == bad.status, "\(shown): \(answer)")
                    #expect(answer.string(at: "code") == bad.code, "\(shown): \(answer)")
                    #expect(answer.string(at: "field") == bad.field, "\(shown): \(answer)")
                    #expect(answer.string(at: "error") != nil, "\(shown)")
                }
            }
            #expect(try await service.value("SELECT count(*) FROM messages") == 0)
            #expect(try await service.value("SELECT count(*) FROM message_threads") == 0)
        }
    }

    @Test("Bytes that are no UTF-8, and other content types")
    func bytes() async throws {
        try await withMessaging { service in
            let invalid = Array(#"{"to":"eve","text":""#.utf8) + [0xFF, 0xFE] + Array(#""}"#.utf8)
            let token = service.token(of: "ada")
            let answer = try await service.client.request("POST", "/api/messages", token: token, body: .bytes(invalid))
            #expect(answer.status == 400)
            #expect(answer.string(at: "code") == "invalid_json")
            let form = try await service.client.request(
                "POST",
                "/api/messages",
                token: token,
                headers: [("Content-Type", "application/x-www-form-urlencoded")],
                body: .text("to=eve&text=x")
            )
            #expect(form.status == 415)
        }
    }

    @Test("The longest text is stored whole: 2,000 UTF-16 units, not bytes or characters")
    func longest() async throws {
        try await withMessaging { service in
            for text in [String(repeating: "x", count: 2_000), String(repeating: "😀", count: 1_000)] {
                let answer = try await service.send("ada", "eve", text)
                #expect(answer.status == 200)
                #expect(answer.string(at: "message.text") == text)
            }
        }
    }

    @Test("Lone surrogates become U+FFFD, right-to-left overrides stay")
    func unicode() async throws {
        try await withMessaging { service in
            let lone = try await service.post(as: "ada", raw: #"{"to":"eve","text":"a\ud800b\udc00"}"#)
            #expect(lone.string(at: "message.text") == "a\u{FFFD}b\u{FFFD}")
            let override = "\u{202E}evil\u{202C} \u{2066}x\u{2069}"
            #expect(try await service.send("ada", "eve", override).string(at: "message.text") == override)
            let decomposed = "e\u{301} \u{1F468}\u{200D}\u{1F469}"
            let answer = try await service.send("ada", "eve", decomposed)
            #expect(
                answer.string(at: "message.text").map { Array($0.unicodeScalars) } == Array(decomposed.unicodeScalars)
            )
        }
    }

    @Test(
        "Queries that make no sense are 400 and name the parameter",
        arguments: [
            ("/api/messages", "user"), ("/api/messages?user=", "user"), ("/api/messages?user=a%20b", "user"),
            ("/api/messages?user=ada%00", "user"), ("/api/messages?user=ada&with=%FF", "with"),
            ("/api/messages?user=ada&with=!", "with"), ("/api/messages?user=ada&cursor=zzz", "cursor"),
            ("/api/messages?user=ada&cursor=OTk5", "cursor"),
            ("/api/messages?user=ada&cursor=OTIyMzM3MjAzNjg1NDc3NTgwNzcKYQ", "cursor"),
            ("/api/messages?user=ada&with=eve&cursor=OTIyMzM3MjAzNjg1NDc3NTgwNw", "cursor"),
            ("/api/messages?user=ada&sent=true&cursor=%F0%9F%98%80", "cursor"),
            ("/api/messages?user=ada&limit=ten", "limit"), ("/api/messages?user=ada&since=yesterday", "since"),
            ("/api/messages?user=ada&since=nan", "since"), ("/api/messages?user=ada&since=1e400", "since"),
            ("/api/messages/inbox", "handle"), ("/api/messages/inbox?handle=ada&cursor=x", "cursor"),
            ("/api/messages/thread?them=eve", "me"), ("/api/messages/thread?me=ada", "them"),
            ("/api/messages/thread?me=ada&them=-", "them"),
        ]
    )
    func queries(path: String, field: String) async throws {
        try await withMessaging { service in
            let answer = try await service.get(path, as: "ada")
            #expect(answer.status == 400, "\(answer)")
            #expect(answer.string(at: "field") == field, "\(answer)")
        }
    }

    @Test("Nobody reads or marks what is another's; without a token nobody reads at all")
    func access() async throws {
        try await withMessaging { service in
            try await service.send("ada", "grace-h", "secret", id: "m1")
            let paths = [
                "/api/messages?user=grace-h", "/api/messages?user=grace-h&with=ada", "/api/messages?user=ada&sent=true",
                "/api/messages/inbox?handle=grace-h", "/api/messages/thread?me=grace-h&them=ada",
            ]
            for path in paths {
                let other = try await service.get(path, as: "eve")
                #expect(other.status == 403, "\(path)")
                let nobody = try await service.client.get(path)
                #expect(nobody.status == 401, "\(path)")
                #expect(nobody.string(at: "error")?.contains("Authentication") == true)
                #expect(!other.text.contains("secret") && !nobody.text.contains("secret"))
            }
            #expect(try await service.get("/api/messages/m1", as: "eve").status == 404)
            let patch = try await service.client.patch(
                "/api/messages/m1",
                token: service.token(of: "eve"),
                json: ["read": true]
            )
            #expect(patch.status == 404)
            #expect(try await service.value("SELECT count(*) FROM messages WHERE read") == 0)
        }
    }

    @Test("Messages cannot be deleted, whatever the body says")
    func delete() async throws {
        try await withMessaging { service in
            try await service.send("ada", "eve", "stay")
            for token in [nil, service.token(of: "eve")] {
                let answer = try await service.client.delete(
                    "/api/messages?user=eve",
                    token: token,
                    json: ["clearAll": true, "user": "eve"]
                )
                #expect(answer.status == 403)
                #expect(answer.bool(at: "success") == false)
            }
            #expect(try await service.value("SELECT count(*) FROM messages") == 1)
        }
    }

    @Test("Chunked bodies, as real clients send them")
    func chunked() async throws {
        try await withMessaging { service in
            let chunks = [#"{"to":"ev"#, #"e","te"#, #"xt":"in pieces"}"#].map { Array($0.utf8) }
            let answer = try await service.client.request(
                "POST",
                "/api/messages",
                token: service.token(of: "ada"),
                headers: [("Content-Type", "application/json")],
                body: .chunked(chunks)
            )
            #expect(answer.status == 200)
            #expect(answer.string(at: "message.text") == "in pieces")
        }
    }
}
