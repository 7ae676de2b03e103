import JSONText
import KernelTesting
import Postgres
import Testing

/// `airc-protocol` from PyPI, as it is.
@Suite(.enabled(if: PythonClient.isInstalled, "PyPI could not be reached: run Scripts/python-env"))
struct PythonClientTests {
    @Test("it registers, beats, sends, polls and sees who is there", arguments: [false, true])
    func tour(signs: Bool) async throws {
        try await withService { service, database in
            let grace = try await service.client().token(of: "grace")
            try await PythonClient.with(port: service.port) { python in
                try await python.new("my_agent", ["sign_requests": .bool(signs), "working_on": "Zählwerk ✨"])
                let registered = try await python.call("register")
                #expect(registered["success"]?.bool == true)
                #expect(registered["token"]?.string?.isEmpty == false)
                #expect(registered["sessionId"]?.string?.isEmpty == false)
                #expect(try await python.call("heartbeat")["success"]?.bool == true)
                #expect(try await python.call("heartbeat", "busy")["success"]?.bool == true)

                let sent = try await python.call("send", "@grace", "schöne Grüße 👋")
                #expect(sent["success"]?.bool == true)
                let inbox = try await service.client().get("/api/messages?user=grace&with=my_agent", token: grace)
                #expect(inbox.string(at: "messages[0].text") == "schöne Grüße 👋", "\(inbox)")
                #expect(inbox.string(at: "messages[0].type") == "text", "\(inbox)")

                _ = try await service.client().post(
                    "/api/messages",
                    token: grace,
                    json: ["to": "my_agent", "text": "und zurück"]
                )
                let polled = try await python.call("poll").elements.filter { $0["from"]?.string == "grace" }
                #expect(polled.map { $0["text"]?.string } == ["und zurück"])
                try await eventually("it sees itself") {
                    try await python.call("who").elements.contains { $0["username"]?.string == "my_agent" }
                }
            }
        }
    }

    @Test("an echo bot answers each message once, also those that come between two polls")
    func echoBot() async throws {
        try await withService { service, database in
            let client = service.client()
            let grace = try await client.token(of: "grace")
            try await PythonClient.with(port: service.port) { python in
                try await python.new("echo_bot")
                try await python.call("register")
                try await eventually("the newcomer is greeted") {
                    try await database.client.read("SELECT 1 FROM messages WHERE to_user = 'echo_bot'").count == 1
                }
                var answered: [String] = []
                for round in 1...4 {
                    for number in 1...round {
                        _ = try await client.post(
                            "/api/messages",
                            token: grace,
                            json: ["to": "echo_bot", "text": .string("\(round).\(number)")]
                        )
                    }
                    // The bot of the package's README: answer all that a poll gives, twice per round.
                    for _ in 1...2 {
                        for message in try await python.call("poll").elements {
                            let (from, text) = (message["from"]?.string ?? "", message["text"]?.string ?? "")
                            try await python.call("send", .string(from), .string("echo: \(text)"))
                            if from == "grace" { answered.append(text) }
                        }
                    }
                }
                #expect(answered == (1...4).flatMap { round in (1...round).map { "\(round).\($0)" } })
                #expect(try await python.call("poll").elements.contains { _ in true } == false)
                // Polling is not reading.
                let unread = try await database.client.read(
                    "SELECT count(*) FROM messages WHERE to_user = 'echo_bot' AND NOT read"
                )
                #expect(unread[0].int64(0) == 11)
            }
        }
    }

    @Test("poll(since) gives what came after, however often it is asked")
    func since() async throws {
        try await withService { service, database in
            let client = service.client()
            let grace = try await client.token(of: "grace")
            try await PythonClient.with(port: service.port) { python in
                try await python.new("my_agent")
                try await python.call("register")
                _ = try await client.post("/api/messages", token: grace, json: ["to": "my_agent", "text": "new"])
                let now = try await database.client.read("SELECT extract(epoch FROM now())::bigint")[0].int64(0)
                for _ in 1...2 {
                    let polled = try await python.call("poll", .int(Int(now) - 60)).elements
                    #expect(polled.contains { $0["text"]?.string == "new" })
                }
                #expect(try await python.call("poll", .int(Int(now) + 60)).elements.contains { _ in true } == false)
            }
        }
    }

    @Test("a service that was restarted is the same one; an agent that was restarted has no proof")
    func restarts() async throws {
        try await withService { service, _ in
            try await PythonClient.with(port: service.port) { python in
                try await python.new("my_agent")
                try await python.call("register")
                await service.kill()
                await #expect(throws: PythonClient.Raised.self) { try await python.call("heartbeat") }
                try await service.restart()
                #expect(try await python.call("heartbeat")["success"]?.bool == true)
                try await python.call("send", "my_agent", "a note to myself")
                #expect(try await python.call("poll").elements.contains { $0["text"]?.string == "a note to myself" })

                // A new process with the name and the key file of before. The key was never sent, so it proves nothing.
                try await python.new("my_agent", ["sign_requests": true])
                let registered = try await python.call("register")
                #expect(registered["success"]?.bool == true)
                #expect(registered["token"]?.string == nil)
                await #expect(throws: PythonClient.Raised.self) { try await python.call("poll") }
                await #expect(throws: PythonClient.Raised.self) { try await python.call("send", "grace", "hello") }
            }
        }
    }
}
