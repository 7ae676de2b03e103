import JSONText
import KernelTesting
import Postgres
import Testing

/// The Node clients, old and new, byte for byte as they were seen to ask, and the fields that they read.
@Suite struct NodeClientTests {
    @Test("slashvibe-mcp 0.4.10 and 0.3.29: flat presence on v2, bodies with a length, sender by token")
    func current() async throws {
        try await withService { service, _ in
            let grace = try await service.client().token(of: "grace")
            let wire = try await Wire.nodeHTTP(port: service.port, framing: .length)

            let banner = try await wire.request("GET", "/api/presence")
            #expect(banner.count(at: "active") != nil && banner.count(at: "away") != nil, "\(banner)")
            let register = try await wire.request(
                "POST",
                "/api/presence",
                body: #"{"action":"register","username":"alice_t"}"#
            )
            #expect(register.status == 200 && register.bool(at: "success") == true, "\(register)")
            #expect(register.string(at: "sessionId") != nil, "\(register)")
            let token = try #require(register.string(at: "token"))
            let users = try await wire.request(
                "POST",
                "/api/users",
                body: #"{"username":"alice_t","building":"something cool"}"#
            )
            #expect(users.status == 200, "\(users)")
            let beat = try await wire.request(
                "POST",
                "/api/v2/presence",
                token: token,
                body: #"{"workingOn":"shipping things","source":"mcp","mood":"🔥","file":"a.swift"}"#
            )
            #expect(beat.status == 200, "\(beat)")
            let mute = try await wire.request("POST", "/api/v2/presence", token: token, body: #"{"source":"mcp"}"#)
            #expect(mute.status == 200, "\(mute)")

            try await eventually("she is seen") {
                let v2 = try await wire.request("GET", "/api/v2/presence?include=recent", token: token)
                try #require(v2.status == 200 && v2.bool(at: "success") == true, "\(v2)")
                let row = try v2.json["active"]?.elements.first { $0["handle"]?.string == "alice_t" }
                guard let row, v2.int(at: "counts.active") != nil, v2.count(at: "recent") != nil else { return false }
                // A heartbeat that says nothing of the mood keeps it.
                return row["username"]?.string == "alice_t" && row["status"]?.string == "active"
                    && row["workingOn"]?.string == "shipping things" && row["mood"]?.string == "🔥"
                    && row["lastSeen"]?.string != nil && row["firstSeen"]?.string != nil && row["ago"]?.string != nil
                    && row["builderMode"]?.string != nil && row["isAgent"]?.bool == false
            }

            let sent = try await wire.request(
                "POST",
                "/api/messages",
                token: token,
                body: #"{"to":"grace","body":"hi grace","text":"hi grace"}"#
            )
            #expect(sent.status == 200 && sent.bool(at: "success") == true, "\(sent)")
            #expect(sent.string(at: "message.id") != nil && sent.string(at: "message.thread_id") != nil, "\(sent)")
            _ = try await service.client().post(
                "/api/messages",
                token: grace,
                json: ["to": "alice_t", "text": "hi alice", "payload": ["type": "handshake"]]
            )

            let inbox = try await wire.request("GET", "/api/messages?user=alice_t", token: token)
            #expect(inbox.status == 200, "\(inbox)")
            let message = try #require(try inbox.json["inbox"]?.elements.first { $0["from"]?.string == "grace" })
            #expect(message["id"]?.string != nil && message["read"]?.bool == false)
            #expect(message["text"]?.string == "hi alice" && message["createdAt"]?.string != nil)
            #expect(message["payload"]?["type"]?.string == "handshake")
            let thread = try #require(try inbox.json["threads"]?.elements.first { $0["with"]?.string == "grace" })
            #expect(thread["id"]?.string == sent.string(at: "message.thread_id"))
            #expect(thread["unread"]?.int64 == 1 && thread["last_message"]?["body"]?.string == "hi alice")
            #expect(thread["last_message"]?["from"]?.string == "grace")
            #expect(thread["last_message"]?["created_at"]?.string != nil)
            #expect(try #require(inbox.int(at: "unread")) >= 1)

            // 0.3.29 opens the thread, which marks it as read.
            let open = try await wire.request("GET", "/api/messages?user=alice_t&with=grace", token: token)
            #expect(open.count(at: "thread") == 2 && open.count(at: "messages") == 2, "\(open)")
            #expect(open.string(at: "thread[0].direction") == "sent", "\(open)")
            #expect(open.string(at: "thread[1].direction") == "received", "\(open)")
            let typing = try await wire.request("GET", "/api/presence?user=alice_t&typing=true", token: token)
            #expect(typing.count(at: "typingUsers") == 0, "\(typing)")
            let again = try await wire.request("GET", "/api/messages?user=alice_t", token: token)
            #expect(try again.json["threads"]?.elements.first { $0["with"]?.string == "grace" }?["unread"]?.int64 == 0)

            let stats = try await wire.request("GET", "/api/stats")
            #expect(stats.int(at: "users") != nil && stats.int(at: "messages") != nil, "\(stats)")
            #expect(stats.int(at: "genesis.genesis_remaining") != nil, "\(stats)")
        }
    }

    @Test("what a failed message looks like to them: a plain string under error, never an object")
    func failures() async throws {
        try await withService { service, _ in
            let token = try await service.client().token(of: "alice_t")
            _ = try await service.client().token(of: "grace")
            let wire = try await Wire.nodeHTTP(port: service.port, framing: .length)
            let long = String(repeating: "é", count: 2_001)
            let attempts: [(token: String?, body: String, status: Int)] = [
                (nil, #"{"to":"grace","text":"x"}"#, 401), ("sess_x.y", #"{"to":"grace","text":"x"}"#, 401),
                (token, #"{"from":"grace","to":"grace","text":"x"}"#, 403), (token, #"{"text":"x"}"#, 400),
                (token, #"{"to":"grace"}"#, 400), (token, #"{"to":"grace","text":"\#(long)"}"#, 400),
            ]
            for (token, body, status) in attempts {
                let answer = try await wire.request("POST", "/api/messages", token: token, body: body)
                #expect(answer.status == status, "\(body.prefix(60)): \(answer)")
                #expect(answer.bool(at: "success") == false)
                let error = try #require(answer.string(at: "error"), "\(answer)")
                if status == 401 { #expect(error.contains("Authentication"), "\(error)") }
            }
        }
    }

    @Test("0.3.29 sends DELETE with a body; the next request on the connection is not disturbed")
    func deleteWithBody() async throws {
        try await withService { service, _ in
            let token = try await service.client().token(of: "alice_t")
            for framing in [Wire.Framing.length, .chunked] {
                let wire = try await Wire.nodeHTTP(port: service.port, framing: framing)
                let gone = try await wire.request(
                    "DELETE",
                    "/api/follow",
                    token: token,
                    body: #"{"follower":"alice_t","following":"grace"}"#
                )
                #expect(gone.status < 500 && gone.status != 400, "\(gone)")
                let next = try await wire.request("GET", "/api/messages?user=alice_t", token: token)
                #expect(next.status == 200, "\(next)")
            }
        }
    }

    @Test("0.2.8: chunked bodies, nested context, a key pair of its own, games in payloads")
    func second() async throws {
        try await withService { service, _ in
            let wire = try await Wire.nodeHTTP(port: service.port)
            let register = try await wire.request(
                "POST",
                "/api/presence",
                body:
                    #"{"action":"register","username":"bob_t","publicKey":"MCowBQYDK2VwAyEA11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="}"#
            )
            #expect(register.status == 200, "\(register)")
            let token = try #require(register.string(at: "token"))
            let verified = try await wire.request("POST", "/api/auth/verify", token: token, body: "{}")
            #expect(verified.bool(at: "valid") == true && verified.string(at: "handle") == "bob_t", "\(verified)")
            let beat = try await wire.request(
                "POST",
                "/api/presence",
                token: token,
                body:
                    #"{"workingOn":"Building something","context":{"mood":"🌙","file":"x.js","branch":null,"repo":null,"error":null,"note":null}}"#
            )
            #expect(beat.status == 200, "\(beat)")
            try await eventually("he is seen") {
                let who = try await wire.request("GET", "/api/presence", token: token)
                let row = try who.json["active"]?.elements.first { $0["username"]?.string == "bob_t" }
                return row?["context"]?["file"]?.string == "x.js" && row?["mood"]?.string == "🌙"
            }

            // A game is kept in messages to a name that nobody has.
            let state =
                #"{ "type":"game", "version":"0.1.0","game":"hangman","idempotencyKey":"k-1","state":{"board":[["r",null],[1.50,1e2]],"big":12345678901234567890} }"#
            let move = try await wire.request(
                "POST",
                "/api/messages",
                token: token,
                body: #"{"from":"bob_t","to":"solo-hangman","text":"🎮 hangman","payload":\#(state)}"#
            )
            #expect(move.status == 200 && move.bool(at: "success") == true, "\(move)")
            let thread = try await wire.request("GET", "/api/messages?user=bob_t&with=solo-hangman", token: token)
            let payload = try #require(
                try thread.json["thread"]?.elements.reduce(nil as JSONValue?) { $1["payload"] ?? $0 }
            )
            #expect(String(decoding: payload.raw, as: UTF8.self) == state, "byte for byte")
            let chess = #"{"to":"wordassociation-room","body":"a","text":"a","payload":{"type":"game"}}"#
            #expect(try await wire.request("POST", "/api/messages", token: token, body: chess).status == 200)
        }
    }

    @Test("0.2.2: registers with a key, signs messages with ids of its own, reads bySender")
    func januaryFunnel() async throws {
        try await withService { service, database in
            let wire = try await Wire.nodeHTTP(port: service.port)
            let key = "MCowBQYDK2VwAyEA11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="
            let register = try await wire.request(
                "POST",
                "/api/presence",
                body: #"{"action":"register","username":"carol_t","publicKey":"\#(key)"}"#
            )
            #expect(register.status == 200 && register.string(at: "sessionId") != nil, "\(register)")
            let token = try #require(register.string(at: "token"))
            let users = try await wire.request(
                "POST",
                "/api/users",
                body: #"{"username":"carol_t","building":"a funnel","publicKey":"\#(key)"}"#
            )
            #expect(users.status == 200, "\(users)")

            let grace = try await service.client().token(of: "grace")
            let now = try await database.client.read("SELECT extract(epoch FROM now())::bigint")[0].int64(0)
            let signature = String(repeating: "A", count: 86) + "=="
            let message =
                #"{"v":"0.1","id":"msg_0123456789abcdef01234567","from":"carol_t","to":"grace","timestamp":\#(now),"nonce":"0123456789abcdef0123456789abcdef","body":"hello","signature":"\#(signature)","text":"hello"}"#
            for _ in 1...2 {
                let sent = try await wire.request("POST", "/api/messages", token: token, body: message)
                #expect(sent.status == 200 && sent.bool(at: "success") == true, "\(sent)")
                #expect(sent.string(at: "message.id") == "msg_0123456789abcdef01234567", "\(sent)")
            }
            let changed = try await wire.request(
                "POST",
                "/api/messages",
                token: token,
                body: message.replacing("hello", with: "changed")
            )
            #expect(changed.status == 422, "\(changed)")

            let inbox = try await service.client().get("/api/messages?user=grace", token: grace)
            #expect(inbox.count(at: "bySender.carol_t") == 1, "\(inbox)")
            #expect(inbox.string(at: "bySender.carol_t[0].text") == "hello", "\(inbox)")
            #expect(inbox.string(at: "bySender.carol_t[0].createdAt") != nil, "\(inbox)")
            #expect(try #require(inbox.int(at: "unread")) >= 1, "\(inbox)")

            // After its goodbye it goes on polling without a token.
            let bye = try await wire.request("GET", "/api/messages?user=carol_t")
            #expect(bye.status == 401 && bye.string(at: "error") != nil, "\(bye)")
            // A restart registers by name alone; the name is taken, and naming it is no proof.
            let restarted = try await wire.request(
                "POST",
                "/api/presence",
                body: #"{"action":"register","username":"carol_t"}"#
            )
            #expect(restarted.status == 200 && restarted.bool(at: "success") == true, "\(restarted)")
            #expect(restarted.string(at: "token") == nil, "\(restarted)")
        }
    }

    @Test("0.2.3: the inbox of its own address, times in milliseconds")
    func januaryMain() async throws {
        try await withService { service, _ in
            let client = service.client()
            let wire = try await Wire.nodeFetch(port: service.port)
            let (dave, grace) = (try await client.token(of: "dave_t"), try await client.token(of: "grace"))
            let long = String(repeating: "word ", count: 20) + "end"
            _ = try await client.post("/api/messages", token: grace, json: ["to": "dave_t", "text": .string(long)])
            for name in ["handle", "username"] {
                let inbox = try await wire.request("GET", "/api/messages/inbox?\(name)=dave_t", token: dave)
                #expect(inbox.status == 200, "\(inbox)")
                let row = try #require(try inbox.json["threads"]?.elements.first { $0["handle"]?.string == "grace" })
                #expect(row["unread"]?.int64 == 1 && row["isAgent"]?.bool == false)
                #expect(row["preview"]?.string?.hasPrefix("word word") == true)
                #expect(row["latest"]?["body"]?.string == long)
                #expect(try #require(row["latest"]?["timestamp"]?.int64) > 1_700_000_000_000)
            }
            let version = try await wire.request("GET", "/api/version")
            #expect([200, 404].contains(version.status) && (try? version.json) != nil, "\(version)")
        }
    }
}
