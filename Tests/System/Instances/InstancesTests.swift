import JSONText
import KernelTesting
import Postgres
import Testing

/// The same story on one instance, on two, and on two behind a pooler.
@Suite(.serialized) struct InstancesTests {
    @Test("people meet across instances", arguments: Deployment.available)
    func meeting(deployment: Deployment) async throws {
        try await withDeployment(deployment) { doors in
            let ada = try await doors.first.register("ada")
            let grace = try await doors.second.register("grace-h")

            // A name is one name everywhere, and naming it is no proof.
            let again = try await doors.second.post(
                "/api/presence",
                json: ["action": "register", "username": "Ada"]
            )
            #expect(again.status == 200 && again.bool(at: "success") == true, "\(again)")
            #expect(again.value(at: "token")?.string == nil, "\(again)")

            // A token counts on an instance that did not give it.
            let sent = try await doors.second.send("hello", from: ada, to: "grace-h", id: "first-words")
            #expect(sent.status == 200 && sent.string(at: "message.id") == "first-words", "\(sent)")
            let inbox = try await doors.first.inbox(of: grace)
            let thread = try #require(try inbox.json["threads"]?.elements.first { $0["with"]?.string == "ada" })
            #expect(thread["unread"]?.int64 == 1)
            #expect(thread["last_message"]?["body"]?.string == "hello")
            #expect(try await doors.second.thread(of: grace, with: "ada").count(at: "thread") == 1)
            #expect(
                try await doors.first.inbox(of: grace).json["threads"]?.elements
                    .first { $0["with"]?.string == "ada" }?["unread"]?.int64 == 0
            )
            let receipt = try await doors.first.thread(of: ada, with: "grace-h")
            #expect(receipt.bool(at: "messages[0].read") == true, "\(receipt)")
        }
    }

    @Test("one sees on one instance who is present on the other", arguments: Deployment.available)
    func presence(deployment: Deployment) async throws {
        try await withDeployment(deployment) { doors in
            let ada = try await doors.first.register("ada")
            let beat = try await doors.first.post(
                "/api/presence",
                token: ada.token,
                json: ["workingOn": "an engine"]
            )
            #expect(beat.status == 200, "\(beat)")
            for door in [doors.first, doors.second] {
                try await eventually("she is seen") {
                    let active = try await door.get("/api/presence").json["active"]?.elements
                    let row = active?.first { $0["username"]?.string == "ada" }
                    return row?["workingOn"]?.string == "an engine"
                }
            }
        }
    }

    @Test("a token revoked on one instance ends on the other within two seconds", arguments: Deployment.available)
    func revocation(deployment: Deployment) async throws {
        try await withDeployment(deployment) { doors in
            let ada = try await doors.first.register("ada")
            let grace = try await doors.first.register("grace")
            for door in [doors.first, doors.second] {
                #expect(try await door.inbox(of: ada).status == 200)
            }
            let out = try await doors.first.post("/api/auth/logout-all", token: ada.token, json: [:])
            #expect(out.status == 200, "\(out)")
            #expect(try await doors.first.inbox(of: ada).status == 401, "at once where it happened")
            try await eventually(within: .seconds(5), "the other instance hears of it") {
                try await doors.second.inbox(of: ada).status == 401
            }
            #expect(try await doors.second.inbox(of: grace).status == 200, "others are not affected")
        }
    }

    @Test("what is asked on both instances at once happens once", arguments: Deployment.available)
    func once(deployment: Deployment) async throws {
        try await withDeployment(deployment) { doors in
            let ada = try await doors.first.register("ada")
            _ = try await doors.second.register("grace")
            for number in 1...10 {
                async let one = doors.first.send("by id \(number)", from: ada, to: "grace", id: "id-\(number)")
                async let two = doors.second.send("by id \(number)", from: ada, to: "grace", id: "id-\(number)")
                for answer in try await [one, two] {
                    #expect(answer.status == 200 && answer.string(at: "message.id") == "id-\(number)", "\(answer)")
                }
                async let three = doors.first.send("by key \(number)", from: ada, to: "grace", key: "key-\(number)")
                async let four = doors.second.send("by key \(number)", from: ada, to: "grace", key: "key-\(number)")
                let answers = try await [three, four]
                #expect(answers.contains { $0.status == 200 }, "\(answers)")
                #expect(answers.allSatisfy { $0.status == 200 || $0.status == 409 }, "\(answers)")
                // Asked again later, the answer is the first one on either instance.
                let later = try await doors.second.send(
                    "by key \(number)",
                    from: ada,
                    to: "grace",
                    key: "key-\(number)"
                )
                let first = answers.first { $0.status == 200 }?.string(at: "message.id")
                #expect(later.status == 200 && later.string(at: "message.id") == first, "\(later)")
            }
            let other = try await doors.first.send("something else", from: ada, to: "grace", key: "key-1")
            #expect(other.status == 422 && other.string(at: "code") == "idempotency_key_reused", "\(other)")
            #expect(try await doors.database.count("messages WHERE from_user = 'ada'") == 20)
        }
    }

    @Test(
        "a name claimed on both instances at once has one owner; everybody is greeted once",
        arguments: Deployment.available
    )
    func claims(deployment: Deployment) async throws {
        try await withDeployment(deployment) { doors in
            for number in 1...10 {
                let body: JSON = ["action": "register", "username": "person-\(number)"]
                async let one = doors.first.post("/api/presence", json: body)
                async let two = doors.second.post("/api/presence", json: body)
                let answers = try await [one, two]
                #expect(answers.allSatisfy { $0.status == 200 }, "\(answers)")
                #expect(answers.count { $0.string(at: "token") != nil } == 1, "\(answers)")
            }
            try await eventually("all events are delivered") { try await doors.database.count("outbox") == 0 }
            let greetings = try await doors.database.client.read(
                "SELECT to_user, count(*) FROM messages WHERE from_user = 'vibe' GROUP BY to_user"
            )
            #expect(greetings.count == 10)
            #expect(greetings.allSatisfy { $0.int64(1) == 1 })
            let numbers = try await doors.database.client.read(
                "SELECT genesis_number FROM handles WHERE genesis ORDER BY genesis_number"
            ).map { $0.int64(0) }
            #expect(numbers == Array(1...10), "no number is left out or given twice")
        }
    }

    @Test("a limit used up on one instance is known on the other", arguments: Deployment.available)
    func limits(deployment: Deployment) async throws {
        let limit = 30
        try await withDeployment(
            deployment,
            environment: ["VIBE_MESSAGING_MESSAGES_PER_MINUTE": "\(limit)"]
        ) { doors in
            let ada = try await doors.first.register("ada")
            for _ in 0..<limit { _ = try await doors.first.send("spam", from: ada, to: "grace") }
            let refused = try await doors.first.send("spam", from: ada, to: "grace")
            #expect(refused.status == 429 && refused.headers["Retry-After"] != nil, "\(refused)")
            // Instances tell each other once a second. Looking costs a message, so there are few looks, far fewer than
            // the other instance would allow by itself.
            var status = 0
            for _ in 0..<limit / 3 where status != 429 {
                try await Task.sleep(for: .milliseconds(400))
                status = try await doors.second.send("spam", from: ada, to: "grace").status
            }
            #expect(status == 429)
        }
    }
}
