import JSONText
import KernelTesting
import Testing

/// `airc-channel` 0.2.0, the reference client of the protocol: signed requests, string comparison of times.
@Suite struct AIRCChannelTests {
    private static let signature = String(repeating: "B", count: 86) + "=="

    private func fields(_ name: String) -> [String] {
        [
            "X-AIRC-Signature: \(Self.signature)", "X-AIRC-Identity: \(name)",
            "X-AIRC-PublicKey: ed25519:\(String(repeating: "A", count: 43))=",
        ]
    }

    @Test("it registers as an agent, is seen as one, sends without from, and loses no message of a burst")
    func tour() async throws {
        try await withService { service, _ in
            let wire = try await Wire.nodeFetch(port: service.port)
            let register = try await wire.request(
                "POST",
                "/api/presence",
                more: fields("scout_bot"),
                body:
                    #"{"action":"register","username":"scout_bot","status":"active","workingOn":"listening","publicKey":"ed25519:11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=","isAgent":true,"human_present":false}"#
            )
            #expect(register.status == 200, "\(register)")
            let token = try #require(register.string(at: "token"))
            let beat = try await wire.request(
                "POST",
                "/api/presence",
                token: token,
                more: fields("scout_bot"),
                body:
                    #"{"action":"heartbeat","username":"scout_bot","status":"active","workingOn":"listening","human_present":true}"#
            )
            #expect(beat.status == 200, "\(beat)")
            try await eventually("it is seen as an agent") {
                let list = try await wire.request("GET", "/api/presence", token: token)
                let row = try list.json["active"]?.elements.first { $0["handle"]?.string == "scout_bot" }
                return row?["isAgent"]?.bool == true && row?["human_present"]?.bool == true
                    && row?["workingOn"]?.string == "listening" && row?["ago"]?.string != nil
            }
            let identity = try await wire.request("GET", "/api/identity/scout_bot", token: token)
            #expect(identity.status == 200, "\(identity)")
            let nobody = try await wire.request("GET", "/api/identity/nobody_at_all", token: token)
            #expect(nobody.status == 404 && nobody.string(at: "error") != nil, "\(nobody)")

            let grace = try await service.client().token(of: "grace")
            let sent = try await wire.request(
                "POST",
                "/api/messages",
                token: token,
                more: fields("scout_bot"),
                body:
                    #"{"to":"grace","body":"found it","type":"finding","payload":{"type":"finding","data":{"n":1}},"reply_to":null}"#
            )
            #expect(sent.status == 200, "\(sent)")
            let burst = service.client()
            try await withThrowingTaskGroup(of: Void.self) { tasks in
                for number in 1...25 {
                    tasks.addTask {
                        let answer = try await burst.post(
                            "/api/messages",
                            token: grace,
                            json: ["to": "scout_bot", "text": .string("\(number)")]
                        )
                        #expect(answer.status == 200, "\(answer)")
                    }
                }
                try await tasks.waitForAll()
            }

            let poll = try await wire.request("GET", "/api/messages?to=scout_bot&user=scout_bot", token: token)
            #expect(poll.bool(at: "success") == true, "\(poll)")
            let thread = try #require(try poll.json["threads"]?.elements.first { $0["with"]?.string == "grace" })
            #expect(thread["id"]?.string != nil)
            let newest = try #require(thread["last_message"]?["created_at"]?.string)

            let open = try await wire.request("GET", "/api/messages?user=scout_bot&with=grace", token: token)
            let messages = try #require(try open.json["messages"].map { Array($0.elements) })
            #expect(open.bool(at: "success") == true && messages.count == 26)
            #expect(messages.allSatisfy { $0["id"]?.string != nil && $0["from"]?.string != nil && $0["body"] != nil })
            #expect(messages.first?["payload"]?["data"]?["n"]?.int64 == 1)
            // It takes what is greater, as a string, than the last it has seen.
            var cursor = ""
            for message in messages {
                let time = try #require(message["created_at"]?.string)
                #expect(time > cursor && time.utf8.count == newest.utf8.count)
                cursor = time
            }
            #expect(cursor == newest)
        }
    }
}
