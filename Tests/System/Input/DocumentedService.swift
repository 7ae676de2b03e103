import JSONText
import KernelTesting
import Testing

@testable import Kernel

/// The running service with the document it gives of itself. Every answer is compared with what is documented.
struct DocumentedService: Sendable {
    let client: HTTPClient
    let document: OpenAPIDocument
    /// Who calls, where a route asks.
    let caller: Person
    /// Real names and ids, for examples.
    let values: ExampleValues

    /// Registers two people who have written to each other, and reads the document.
    init(_ client: HTTPClient) async throws {
        self.client = client
        document = OpenAPIDocument(try JSONDocument(try await client.get("/openapi.json").body))
        let grace = try await client.register("grace")
        caller = try await client.register("ada")
        _ = try await client.send("to ada", from: grace, to: "ada", id: "message-to-ada")
        _ = try await client.send("to grace", from: caller, to: "grace")
        _ = try await client.send("to myself", from: caller, to: "ada", id: "message-to-self")
        // One more session, to be ended.
        let session = try await client.post(
            "/api/presence",
            token: caller.token,
            json: ["action": "register", "username": .string(caller.handle)]
        )
        let post = try await client.post(
            "/api/board",
            token: caller.token,
            json: ["content": "A post.", "category": "general"]
        )
        let id = try #require(post.string(at: "entry.id"), "\(post)")
        let comment = try await client.post(
            "/api/board/\(id)/comments",
            token: caller.token,
            json: ["content": "A comment."]
        )
        let agent = try await client.post(
            "/api/presence",
            json: ["action": "register", "username": "a_bot", "isAgent": true]
        )
        #expect(agent.status == 200, "\(agent)")
        let invite = try await client.post("/api/invites", token: caller.token, json: [:])
        let key = try await client.post("/api/agents/keys", token: caller.token, json: [:])
        values = ExampleValues(
            own: caller.handle,
            other: grace.handle,
            message: "message-to-ada",
            ownMessage: "message-to-self",
            session: try #require(session.string(at: "sessionId"), "\(session)"),
            token: caller.token,
            post: id,
            comment: try #require(comment.string(at: "comment.id"), "\(comment)"),
            invite: try #require(invite.string(at: "code"), "\(invite)"),
            key: try #require(key.string(at: "key.id"), "\(key)"),
            agent: "a_bot"
        )
    }

    /// Sends a request as the caller and compares the answer with the document.
    func request(
        _ operation: Operation,
        path: String? = nil,
        headers: [(String, String)] = [],
        body: HTTPBody = .none,
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws -> HTTPAnswer {
        let path = path ?? values.path(of: operation)
        let answer = try await client.request(
            operation.method.rawValue,
            path,
            token: caller.token,
            headers: headers,
            body: body
        )
        let problems = document.problems(answer, method: operation.method, path: operation.path)
        #expect(problems.isEmpty, sourceLocation: sourceLocation)
        return answer
    }

    /// All but the pages of the sign-in, which take forms and secrets of their own, and what only an operator may ask:
    /// their modules' tests have these.
    var operations: [Operation] {
        document.operations.compactMap { method, path in
            document.operation(method: method, path: path).map {
                Operation(method: method, path: path, value: $0, document: document.root)
            }
        }.filter { operation in
            !["/login", "/api/admin/", "/api/auth/github", "/api/auth/callback"].contains(
                where: operation.path.hasPrefix
            )
        }
    }
}

/// One documented operation.
struct Operation: Sendable, CustomStringConvertible {
    let method: RouteMethod
    /// The template.
    let path: String
    let value: JSONValue
    let document: JSONValue

    var description: String { "\(method.rawValue) \(path)" }

    /// The schemas that its JSON body may have, one per alternative; none without a body.
    var bodies: [Schema] {
        guard let body = value["requestBody"].map({ Schema($0, document).resolved.value }),
            let schema = body["content"]?["application/json"]?["schema"]
        else { return [] }
        return Schema(schema, document).alternatives
    }

    /// Parameters of a kind: `query` or `path`.
    func parameters(in place: String) -> [(name: String, schema: Schema, isRequired: Bool)] {
        (value["parameters"]?.elements).map(Array.init)?
            .map { Schema($0, document).resolved.value }
            .filter { $0["in"]?.string == place }
            .compactMap { parameter in
                guard let name = parameter["name"]?.string, let schema = parameter["schema"] else { return nil }
                return (name, Schema(schema, document), parameter["required"]?.bool == true)
            } ?? []
    }
}
