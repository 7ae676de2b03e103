import JSONText
import Kernel
import KernelTesting
import Postgres
import Testing

@testable import Engagement

@Suite("Bad input to board, invites, waitlist and funnel", .serialized)
struct BoardBadInputTests {
    private static let posts: [(body: String, code: String, field: String?)] = [
        ("{", "invalid_json", nil),
        ("[]", "invalid_json", nil),
        (#"{"content":"x"} trailing"#, "invalid_json", nil),
        (String(repeating: "[", count: 10_000), "invalid_json", nil),
        ("", "missing_field", "content"),
        ("{}", "missing_field", "content"),
        (#"{"author":"ada","content":null}"#, "missing_field", "content"),
        (#"{"author":"ada","content":"  \n "}"#, "missing_field", "content"),
        (#"{"author":"ada","content":7}"#, "invalid_field", "content"),
        (#"{"author":"ada","content":["x"]}"#, "invalid_field", "content"),
        (#"{"author":"ada","content":"a\u0000b"}"#, "invalid_field", "content"),
        (#"{"content":"x"}"#, "missing_field", "author"),
        (#"{"author":"","content":"x"}"#, "missing_field", "author"),
        (#"{"author":7,"content":"x"}"#, "invalid_field", "author"),
        (#"{"author":"ada","handle":7,"content":"x"}"#, "invalid_field", "handle"),
        (#"{"author":"ada","from":{},"content":"x"}"#, "invalid_field", "from"),
        (#"{"author":"a b","content":"x"}"#, "invalid_handle", "author"),
        (#"{"author":"12345","content":"x"}"#, "invalid_handle", "author"),
        (#"{"author":"__proto__","content":"x"}"#, "invalid_handle", "author"),
        (#"{"author":"a\u0000da","content":"x"}"#, "invalid_field", "author"),
        (#"{"author":"\#(String(repeating: "n", count: 65))","content":"x"}"#, "text_too_long", "author"),
        (#"{"author":"ada","content":"x","category":7}"#, "invalid_field", "category"),
        (#"{"author":"ada","content":"x","category":"two words"}"#, "invalid_field", "category"),
        (#"{"author":"ada","content":"x","category":"<b>"}"#, "invalid_field", "category"),
        (
            #"{"author":"ada","content":"x","category":"\#(String(repeating: "c", count: 21))"}"#, "invalid_field",
            "category"
        ),
        (#"{"author":"ada","content":"x","tags":"swift"}"#, "invalid_field", "tags"),
        (#"{"author":"ada","content":"x","tags":{"a":1}}"#, "invalid_field", "tags"),
        (#"{"author":"ada","content":"x","tags":["a",7]}"#, "invalid_field", "tags"),
        (#"{"author":"ada","content":"x","tags":[null]}"#, "invalid_field", "tags"),
        (#"{"author":"ada","content":"x","tags":["a\u0000"]}"#, "invalid_field", "tags"),
        (#"{"author":"ada","content":"x","tags":["\#(String(repeating: "t", count: 51))"]}"#, "text_too_long", "tags"),
        (
            #"{"author":"ada","content":"x","tags":[\#((1...21).map { "\"t\($0)\"" }.joined(separator: ","))]}"#,
            "invalid_field", "tags"
        ),
    ]

    @Test("What is wrong with a post is named, and nothing is written")
    func posts() async throws {
        try await withEngagement { service in
            for bad in Self.posts {
                let answer = try await service.send("POST", "/api/board", raw: bad.body)
                let shown = "\(bad.body.prefix(80)): \(answer)"
                #expect(answer.status == 400, "\(shown)")
                #expect(answer.string(at: "code") == bad.code, "\(shown)")
                #expect(answer.string(at: "field") == bad.field, "\(shown)")
            }
            let large = #"{"author":"ada","content":"\#(String(repeating: "x", count: 300_000))"}"#
            #expect(try await service.send("POST", "/api/board", raw: large).status == 413)
            #expect(try await service.value("SELECT count(*) FROM board_entries") == 0)
        }
    }

    @Test("Null counts as absent, lone surrogates become U+FFFD, everything else comes back as it was")
    func lenient() async throws {
        try await withEngagement { service in
            let nulls = try await service.send(
                "POST",
                "/api/board",
                raw: #"{"author":"ada","handle":null,"content":"x","category":null,"tags":null}"#
            )
            #expect(nulls.status == 201)
            #expect(nulls.string(at: "entry.category") == "general")
            let odd = try await service.send(
                "POST",
                "/api/board",
                raw: #"{"author":"ada","content":"a\ud800b \u202e\"<&","tags":["x\udc00"]}"#
            )
            #expect(odd.string(at: "entry.content") == "a\u{FFFD}b \u{202E}\"<&")
            #expect(odd.string(at: "entry.tags[0]") == "x\u{FFFD}")
            let list = try await service.get("/api/board?limit=1&tag=x%EF%BF%BD")
            #expect(list.string(at: "entries[0].content") == "a\u{FFFD}b \u{202E}\"<&")
        }
    }

    private static let others: [(path: String, handle: String?, body: String, field: String?)] = [
        ("/api/board/ID/reactions", "ada", "{}", "reaction"),
        ("/api/board/ID/reactions", "ada", #"{"reaction":7}"#, "reaction"),
        ("/api/board/ID/reactions", "ada", #"{"reaction":""}"#, "reaction"),
        ("/api/board/ID/reactions", "ada", #"{"reaction":"two words"}"#, "reaction"),
        ("/api/board/ID/reactions", "ada", #"{"reaction":"\u0007"}"#, "reaction"),
        ("/api/board/ID/reactions", "ada", #"{"reaction":"\#(String(repeating: "r", count: 25))"}"#, "reaction"),
        ("/api/board/ID/comments", "ada", "{}", "content"),
        ("/api/board/ID/comments", "ada", #"{"content":false}"#, "content"),
        ("/api/invites", "ada", #"{"handle":7}"#, "handle"),
        ("/api/invites", "ada", #"{"handle":"a b"}"#, "handle"),
        ("/api/invites", "ada", "[]", nil),
        ("/api/invites/redeem", nil, "{}", "code"),
        ("/api/invites/redeem", nil, #"{"code":"x"}"#, "handle"),
        ("/api/invites/redeem", nil, #"{"code":7,"handle":"new"}"#, "code"),
        ("/api/invites/redeem", nil, #"{"code":"x","handle":"a b"}"#, "handle"),
        ("/api/invites/redeem", nil, #"{"code":"x","handle":"new","one_liner":7}"#, "one_liner"),
        ("/api/waitlist", nil, "{}", "email"),
        ("/api/waitlist", nil, #"{"email":7}"#, "email"),
        ("/api/waitlist", nil, #"{"email":"nobody"}"#, "email"),
        ("/api/waitlist", nil, #"{"email":"@example.com"}"#, "email"),
        ("/api/waitlist", nil, #"{"email":"a@b"}"#, "email"),
        ("/api/waitlist", nil, #"{"email":"a@b."}"#, "email"),
        ("/api/waitlist", nil, #"{"email":"a@b@c.d"}"#, "email"),
        ("/api/waitlist", nil, #"{"email":"a b@example.com"}"#, "email"),
        ("/api/waitlist", nil, #"{"email":"a\u0000@example.com"}"#, "email"),
        ("/api/waitlist", nil, #"{"email":"\#(String(repeating: "e", count: 250))@example.com"}"#, "email"),
        ("/api/waitlist", nil, #"{"email":"a@example.com","source":7}"#, "source"),
        ("/api/waitlist", nil, #"{"email":"a@example.com","referrer":[]}"#, "referrer"),
        ("/api/events", nil, "{}", "event"),
        ("/api/events", nil, #"{"event":7}"#, "event"),
        ("/api/events", nil, #"{"event":"error","metadata":"x"}"#, "metadata"),
        ("/api/events", nil, #"{"event":"error","handle":7}"#, "handle"),
        ("/api/analytics/events", nil, "{}", "type"),
        ("/api/analytics/events", nil, #"{"type":7}"#, "type"),
        ("/api/analytics/events", nil, #"{"type":"x","data":7}"#, "data"),
        ("/api/analytics/events", nil, #"{"type":"x","handle":7}"#, "handle"),
    ]

    @Test("What is wrong elsewhere is named too")
    func others() async throws {
        try await withEngagement { service in
            let id = try await service.newPost(as: "ada", ["content": "x"])
            for bad in Self.others {
                let path = bad.path.replacing("ID", with: id)
                let answer = try await service.send("POST", path, as: bad.handle, raw: bad.body)
                #expect(answer.status == 400, "\(path) \(bad.body.prefix(80)): \(answer)")
                #expect(answer.string(at: "field") == bad.field, "\(path) \(bad.body.prefix(80)): \(answer)")
            }
            for table in ["board_comments", "board_reactions", "invites", "waitlist", "funnel_counts"] {
                #expect(try await service.value("SELECT count(*) FROM \(unescaped: table)") == 0, "\(table)")
            }
        }
    }

    @Test("Queries and addresses that make no sense are 400 and name the parameter")
    func queries() async throws {
        try await withEngagement { service in
            let id = try await service.newPost(as: "ada", ["content": "x"])
            let paths = [
                ("/api/board?cursor=zzz", "cursor"), ("/api/board?cursor=OTk5", "cursor"),
                ("/api/board?cursor=OTIyMzM3MjAzNjg1NDc3NTgwNwph", "cursor"),
                ("/api/board?cursor=LTkyMjMzNzIwMzY4NTQ3NzU4MDgKYQ", "cursor"),
                ("/api/board?cursor=OTIyMzM3MjAzNjg1NDc3NTgwOAph", "cursor"),
                ("/api/feed?cursor=%F0%9F%98%80", "cursor"), ("/api/board/\(id)/comments?cursor=x", "cursor"),
                ("/api/invites/my?cursor=x", "cursor"), ("/api/board?limit=ten", "limit"),
                ("/api/board?limit=99999999999999999999", "limit"), ("/api/feed?limit=1e3", "limit"),
                ("/api/board?author=a%20b", "author"), ("/api/board?category=%00", "category"),
                ("/api/board?tag=%FF", "tag"), ("/api/board/%00", "id"), ("/api/board/%FF/comments", "id"),
                ("/api/invites", "code"), ("/api/invites?code=%00", "code"), ("/invite/%00", "code"),
                ("/api/invites/my?handle=%21", "handle"),
            ]
            for (path, field) in paths {
                let answer = try await service.get(path, as: "ada")
                #expect(answer.status == 400, "\(path): \(answer)")
                #expect(answer.string(at: "field") == field, "\(path): \(answer)")
            }
            for limit in ["0", "-5", "9223372036854775807"] {
                #expect(try await service.get("/api/board?limit=\(limit)").status == 200, "\(limit)")
            }
            #expect(try await service.get("/api/board?category=\(String(repeating: "c", count: 2_000))").status == 200)
        }
    }
}
