import JSONText
import KernelTesting
import Postgres
import Testing

/// Bytes on the wire that are no proper request, and proper requests in unusual dress.
@Suite struct WireTests {
    @Test("bodies in chunks, in pieces, with DELETE, with no content type, behind Expect")
    func dress() async throws {
        try await withService { service, database in
            let client = service.client()
            let ada = try await client.register("ada")
            let body = #"{"to":"grace","text":"in chunks"}"#
            let chunks = body.utf8.map { [$0] }
            let chunked = try await client.request(
                "POST",
                "/api/messages",
                token: ada.token,
                headers: [("Content-Type", "application/json")],
                body: .chunked(chunks)
            )
            #expect(chunked.status == 200, "\(chunked)")
            let bare = try await client.request(
                "POST",
                "/api/messages",
                token: ada.token,
                body: .text(#"{"to":"grace","text":"no content type"}"#)
            )
            #expect(bare.status == 200, "\(bare)")
            for type in ["application/json; charset=utf-8", "APPLICATION/JSON", "application/vnd.vibe+json"] {
                let answer = try await client.request(
                    "POST",
                    "/api/messages",
                    token: ada.token,
                    headers: [("Content-Type", type)],
                    body: .text(#"{"to":"grace","text":"another content type"}"#)
                )
                #expect(answer.status == 200, "\(type): \(answer)")
            }
            let get = try await client.get(
                "/api/messages?user=ada",
                token: ada.token,
                headers: [("Content-Type", "application/json")]
            )
            #expect(get.status == 200, "\(get)")
            let deletion = try await client.delete("/api/messages", token: ada.token, json: ["messageId": "x"])
            #expect(deletion.status == 403, "\(deletion)")
            // The body of the last request was taken off the connection, or this would be answered with 400.
            #expect(try await client.get("/livez").status == 200)

            let expecting = try await client.rawConnection()
            let text = #"{"to":"grace","text":"after a question"}"#
            try await expecting.send(
                "POST /api/messages HTTP/1.1\r\nHost: vibe\r\nAuthorization: Bearer \(ada.token)\r\n"
                    + "Content-Length: \(text.utf8.count)\r\nExpect: 100-continue\r\n\r\n"
            )
            try await expecting.send(text)
            var answer = try await expecting.answer()
            if answer.status == 100 { answer = try await expecting.answer() }
            #expect(answer.status == 200, "\(answer)")
        }
    }

    @Test("several requests sent at once on one connection are answered in order")
    func pipelining() async throws {
        try await withService { service, _ in
            let connection = try await RawConnection(port: service.port)
            let one = "GET /api/presence HTTP/1.1\r\nHost: vibe\r\n\r\n"
            let two = "GET /nothing HTTP/1.1\r\nHost: vibe\r\n\r\n"
            try await connection.send(one + two + one)
            for status in [200, 404, 200] { #expect(try await connection.answer().status == status) }
        }
    }

    @Test("half a request writes nothing, and nobody else notices")
    func halfRequests() async throws {
        try await withService { service, database in
            let client = service.client()
            let ada = try await client.register("ada")
            let body = #"{"to":"grace","text":"never whole"}"#
            let head =
                "POST /api/messages HTTP/1.1\r\nHost: vibe\r\nAuthorization: Bearer \(ada.token)\r\n"
                + "Content-Type: application/json\r\n"
            let halves = [
                "POST /api/mess", head, head + "Content-Length: 1000\r\n\r\n" + body,
                head + "Transfer-Encoding: chunked\r\n\r\n23\r\n" + body,
                head + "Transfer-Encoding: chunked\r\n\r\n23\r\n" + body + "\r\n",
            ]
            for half in halves {
                for _ in 0..<10 {
                    let connection = try await client.rawConnection()
                    try await connection.send(half)
                    await connection.close()
                }
            }
            let sent = try await client.send("whole", from: ada, to: "grace")
            #expect(sent.status == 200, "\(sent)")
            #expect(try await database.count("messages WHERE from_user = 'ada'") == 1)
            #expect(!service.log.contains("internal_error"), "\(service.log)")
        }
    }

    @Test("what is no HTTP is refused, and the connection closed")
    func noHTTP() async throws {
        try await withService { service, database in
            let client = service.client()
            let ada = try await client.register("ada")
            let post = "POST /api/messages HTTP/1.1\r\nHost: vibe\r\nAuthorization: Bearer \(ada.token)\r\n"
            let body = #"{"to":"grace","text":"smuggled"}"#
            let requests = [
                "a header that is too long": "GET /livez HTTP/1.1\r\nHost: vibe\r\nX-Bomb: "
                    + String(repeating: "b", count: 200_000) + "\r\n\r\n",
                "too many headers": "GET /livez HTTP/1.1\r\nHost: vibe\r\n"
                    + (0..<20_000).map { "X-\($0): \($0)\r\n" }.joined() + "\r\n",
                "an address that is too long":
                    "GET /livez?\(String(repeating: "q", count: 200_000)) HTTP/1.1\r\nHost: vibe\r\n\r\n",
                "no HTTP": "hello there\r\n\r\n",
                "TLS": "\u{16}\u{3}\u{1}\u{2}\u{0}\u{1}\u{0}\u{1}\r\n\r\n",
                "a length that is no number": post + "Content-Length: many\r\n\r\n" + body,
                "a negative length": post + "Content-Length: -5\r\n\r\n" + body,
                "two lengths": post + "Content-Length: \(body.utf8.count)\r\nContent-Length: 5\r\n\r\n" + body,
                "length and chunks": post + "Content-Length: \(body.utf8.count)\r\nTransfer-Encoding: chunked\r\n\r\n"
                    + body,
                "a chunk size that is no number": post + "Transfer-Encoding: chunked\r\n\r\nzz\r\n\(body)\r\n0\r\n\r\n",
                "a line feed in a header": "GET /livez HTTP/1.1\r\nHost: vibe\r\nX-A: b\0c\r\n\r\n",
            ]
            for (name, request) in requests {
                let connection = try await client.rawConnection()
                try? await connection.send(request)
                do {
                    let answer = try await connection.answer(within: .seconds(5))
                    #expect((400..<500).contains(answer.status), "\(name): \(answer)")
                    #expect(answer.string(at: "code") != nil && answer.string(at: "error") != nil, "\(name): \(answer)")
                } catch HTTPClientError.closed {
                    // Refused without a word.
                }
                #expect(try await client.get("/livez").status == 200, "\(name)")
            }
            #expect(try await database.count("messages WHERE text = 'smuggled'") == 0)
        }
    }
}
