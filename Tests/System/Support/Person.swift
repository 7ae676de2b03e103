import JSONText
import KernelTesting
import Testing

/// Somebody who has registered, with the token that proves it.
struct Person: Sendable {
    let handle: String
    let token: String
}

extension HTTPClient {
    /// Claims a free handle, as every client does on its first run.
    func register(_ handle: String) async throws -> Person {
        let answer = try await post("/api/presence", json: ["action": "register", "username": .string(handle)])
        try #require(answer.status == 200, "\(answer)")
        return Person(handle: handle, token: try #require(answer.string(at: "token"), "\(answer)"))
    }

    /// Sends a message.
    ///
    /// - Parameters:
    ///   - id: the id that the client chose.
    /// Lets the second write to the first as often as they like: strangers may send 20 messages a day.
    func acquaint(_ one: Person, with other: Person) async throws {
        _ = try await send("hello", from: one, to: other.handle)
        let answer = try await post(
            "/api/consent",
            token: other.token,
            json: ["action": "accept", "from": .string(one.handle), "to": .string(other.handle)]
        )
        #expect(answer.status == 200, "\(answer)")
    }

    ///   - key: the `Idempotency-Key`.
    func send(
        _ text: String,
        from sender: Person,
        to recipient: String,
        id: String? = nil,
        key: String? = nil
    ) async throws -> HTTPAnswer {
        var body: [(String, JSON)] = [
            ("from", .string(sender.handle)), ("to", .string(recipient)), ("text", .string(text)),
        ]
        if let id { body.append(("id", .string(id))) }
        return try await post(
            "/api/messages",
            token: sender.token,
            headers: key.map { [("Idempotency-Key", $0)] } ?? [],
            json: .object(body)
        )
    }

    func inbox(of person: Person) async throws -> HTTPAnswer {
        try await get("/api/messages?user=\(person.handle)", token: person.token)
    }

    func thread(of person: Person, with other: String) async throws -> HTTPAnswer {
        try await get("/api/messages?user=\(person.handle)&with=\(other)", token: person.token)
    }
}
