import Kernel
import KernelTesting
import Postgres
import Testing

@testable import SocialGraph

@Suite("Bad input to connections")
struct ConnectionInputTests {
    static let paths = ["/api/consent", "/api/friends", "/api/follow", "/api/mute"]

    @Test("What is no JSON object is 400", arguments: paths)
    func noObject(path: String) async throws {
        try await withSocialGraph { service in
            let deep = String(repeating: "[", count: 10_000) + String(repeating: "]", count: 10_000)
            for body in ["{", "[]", "nonsense", "7", deep, "{} x"] {
                let answer = try await service.call(.post, path, as: "ada", raw: body)
                #expect(answer.status == 400, "\(body.prefix(40)): \(answer)")
                #expect(answer.string(at: "code") == "invalid_json")
            }
        }
    }

    static let bodies: [(path: String, body: String, field: String)] = [
        ("/api/consent", "{}", "action"),
        ("/api/consent", #"{"action":7,"from":"ada","to":"eve"}"#, "action"),
        ("/api/consent", #"{"action":"marry","from":"ada","to":"eve"}"#, "action"),
        ("/api/consent", #"{"action":"request"}"#, "to"),
        ("/api/consent", #"{"action":"request","from":"ada"}"#, "to"),
        ("/api/consent", #"{"action":"request","from":["ada"],"to":"eve"}"#, "from"),
        ("/api/consent", #"{"action":"request","from":"ada","to":{"a":1}}"#, "to"),
        ("/api/consent", #"{"action":"request","from":"ada","to":""}"#, "to"),
        ("/api/consent", #"{"action":"request","from":"ada","to":"a b"}"#, "to"),
        ("/api/consent", #"{"action":"request","from":"ada","to":"e\u0000ve"}"#, "to"),
        ("/api/consent", #"{"action":"request","from":"ada","to":"\#(String(repeating: "n", count: 33))"}"#, "to"),
        ("/api/consent", #"{"action":"block","from":"evë","to":"ada"}"#, "from"),
        ("/api/consent", #"{"action":"request","from":"ada","to":"eve","message":7}"#, "message"),
        ("/api/consent", #"{"action":"request","from":"ada","to":"eve","message":"\u0000"}"#, "message"),
        (
            "/api/consent",
            #"{"action":"request","from":"ada","to":"eve","message":"\#(String(repeating: "x", count: 1_001))"}"#,
            "message"
        ),
        ("/api/friends", "{}", "to"),
        ("/api/friends", #"{"to":null}"#, "to"),
        ("/api/friends", #"{"to":7}"#, "to"),
        ("/api/friends", #"{"from":7,"to":"eve"}"#, "from"),
        ("/api/friends", #"{"to":"__proto__"}"#, "to"),
        ("/api/friends", #"{"inviteCode":""}"#, "inviteCode"),
        ("/api/friends", #"{"inviteCode":"short"}"#, "inviteCode"),
        ("/api/friends", #"{"inviteCode":99999999999999999999999}"#, "inviteCode"),
        ("/api/friends", #"{"inviteCode":"with spaces in it"}"#, "inviteCode"),
        ("/api/friends", #"{"inviteCode":"\#(String(repeating: "c", count: 65))"}"#, "inviteCode"),
        ("/api/friends", #"{"claimInvite":"äöüäöü"}"#, "claimInvite"),
        ("/api/friends", #"{"claimInvite":true}"#, "claimInvite"),
        ("/api/friends", #"{"inviteCode":"good-code","to":7}"#, "to"),
        ("/api/follow", "{}", "following"),
        ("/api/follow", #"{"following":false}"#, "following"),
        ("/api/follow", #"{"following":"12345"}"#, "following"),
        ("/api/follow", #"{"follower":{},"following":"eve"}"#, "follower"),
        ("/api/mute", "{}", "handle"),
        ("/api/mute", #"{"handle":["eve"]}"#, "handle"),
        ("/api/mute", #"{"handle":"@"}"#, "handle"),
    ]

    @Test("What is wrong is refused with its name, and nothing is written")
    func fields() async throws {
        try await withSocialGraph { service in
            for bad in Self.bodies {
                let answer = try await service.call(.post, bad.path, as: "ada", raw: bad.body)
                #expect(answer.status == 400, "\(bad.path) \(bad.body): \(answer)")
                #expect(answer.string(at: "field") == bad.field, "\(bad.path) \(bad.body): \(answer)")
            }
            for table in ["user_connections", "friends", "friend_requests", "friend_codes", "follows", "mutes"] {
                #expect(try await service.value(PostgresQuery(sql: "SELECT count(*) FROM \(table)")) == 0, "\(table)")
            }
        }
    }

    @Test("A lone surrogate in a request's message becomes U+FFFD")
    func surrogate() async throws {
        try await withSocialGraph { service in
            let body = #"{"action":"request","from":"ada","to":"eve","message":"a\ud800b"}"#
            #expect(try await service.call(.post, "/api/consent", as: "ada", raw: body).status == 200)
            let list = try await service.call(.get, "/api/consent", as: "eve")
            #expect(list.string(at: "pending[0].message") == "a\u{FFFD}b")
        }
    }

    @Test(
        "Cursors and limits that nobody was given are 400, and no limit is too large or too small",
        arguments: [
            "/api/consent?", "/api/consent?status=blocked&", "/api/friends?", "/api/friends/requests?",
            "/api/followers?", "/api/following?", "/api/mute?",
        ]
    )
    func cursors(path: String) async throws {
        try await withSocialGraph { service in
            let far = Cursor(["9223372036854775807", "eve"]).text
            for cursor in [
                "x", "%00", "!!!!", Cursor(["1"]).text, Cursor(["a", "b"]).text, far, Cursor(["1", "a\u{0}"]).text,
            ] {
                let answer = try await service.call(.get, "\(path)cursor=\(cursor)", as: "ada")
                #expect(answer.status == 400, "\(cursor): \(answer)")
                #expect(answer.string(at: "field") == "cursor")
            }
            #expect(try await service.call(.get, "\(path)limit=many", as: "ada").status == 400)
            for limit in ["0", "-5", "1000000000000"] {
                #expect(try await service.call(.get, "\(path)limit=\(limit)", as: "ada").status == 200)
            }
        }
    }

    @Test("Names in the query are checked like any other")
    func queries() async throws {
        try await withSocialGraph { service in
            for name in ["a%20b", "%00", "%FF", String(repeating: "n", count: 60)] {
                for path in ["/api/friends?user=", "/api/followers?user=", "/api/consent?to=ada&from="] {
                    let answer = try await service.call(.get, path + name, as: "ada")
                    #expect(answer.status == 400, "\(path)\(name): \(answer)")
                }
            }
            #expect(try await service.call(.get, "/api/consent?from=ada", as: "ada").string(at: "field") == "to")
            #expect(
                try await service.call(.get, "/api/consent?status=accepted", as: "ada").string(at: "field") == "status"
            )
        }
    }
}
