import JSONText
import Kernel

/// Values that fit the names of parameters and members, so that made-up requests are accepted.
struct ExampleValues: Sendable {
    let own: String
    let other: String
    /// Sent by the other.
    let message: String
    /// Sent by the caller to themselves.
    let ownMessage: String
    let session: String
    let token: String
    let post: String
    let comment: String
    let invite: String
    let key: String
    let agent: String

    /// A value for a name; `nil` where any will do.
    func value(of name: String, in operation: Operation) -> String? {
        switch name {
        case "handle" where operation.path == "/api/register": "new_agent"
        case "handle" where operation.path == "/api/invites/redeem": "newcomer"
        case "handle" where operation.path == "/api/agents": agent
        case "name" where operation.path.contains("/leaderboards/"): "streaks"
        case "handle" where operation.namesAnother: other
        case "following", "friend": other
        case "user", "username", "handle", "from", "me": own
        case "to", "with", "them", "typingTo", "invitedBy": other
        case "id" where operation.path.contains("sessions"): session
        case "id" where operation.path.contains("/keys/"): key
        case "id" where operation.path.contains("/board/") || operation.path.contains("/share/"): post
        case "comment": comment
        case "reaction": "%F0%9F%94%A5"
        case "owner": own
        case "status" where operation.path == "/api/consent": "pending"
        case "year": "2026"
        case "code": invite
        case "email": "ada@example.org"
        case "category": "general"
        case "confirm": own
        case "id" where operation.path == "/api/messages/{id}" && operation.method != .get: ownMessage
        case "id" where operation.method == .post && !operation.path.hasPrefix("/api/messages/{id}"): nil
        case "id", "reply_to": message
        case "limit": "5"
        case "since": "1700000000"
        case "emoji": operation.method == .delete ? "%F0%9F%94%A5" : "🔥"
        case "about": other
        case "text", "body": "hello"
        case "timeZone", "time_zone", "timezone": "Europe/Berlin"
        default: nil
        }
    }

    /// The path of an operation with its parameters filled in, and the query that it cannot do without.
    ///
    /// - Parameter with: one more parameter of the query, by name and value.
    func path(of operation: Operation, with extra: (name: String, value: String)? = nil) -> String {
        var path = operation.path
        for parameter in operation.parameters(in: "path") {
            path = path.replacing("{\(parameter.name)}", with: value(of: parameter.name, in: operation) ?? "x")
        }
        let parameters = operation.parameters(in: "query")
        // Pages are of lists.
        if let extra, ["cursor", "limit"].contains(extra.name), parameters.contains(where: { $0.name == "all" }) {
            return "\(path)?all=true&\(extra.name)=\(extra.value)"
        }
        var query: [(String, String)] = parameters.filter { parameter in
            parameter.name != extra?.name
                && (parameter.isRequired || ["user", "handle", "username", "me", "them"].contains(parameter.name))
        }.map { ($0.name, value(of: $0.name, in: operation) ?? "x") }
        if let extra { query.append(extra) }
        // A pair is asked for by both its names.
        if operation.path == "/api/consent", let extra, ["from", "to"].contains(extra.name) {
            query = [("from", own), ("to", other)]
        }
        return query.isEmpty ? path : path + "?" + query.map { "\($0)=\($1)" }.joined(separator: "&")
    }

    /// A body with all required members, and those without which a request means nothing.
    func body(_ schema: Schema, of operation: Operation) -> [(String, JSON)] {
        let required = Set(schema.required)
        return schema.properties.filter { name, _ in
            required.contains(name)
                || ["action", "username", "to", "text", "read", "following", "content", "bio"].contains(name)
                || (name == "handle" && operation.namesAnother)
        }.map { ($0.name, example($0.schema, name: $0.name, of: operation)) }
    }

    /// A value that fits a schema.
    func example(_ schema: Schema, name: String, of operation: Operation) -> JSON {
        if let listed = schema.listed { return listed }
        let types = schema.types
        if types.contains("string") { return .string(value(of: name, in: operation) ?? "example") }
        if types.contains("boolean") { return true }
        if types.contains("integer") || types.contains("number") { return 1 }
        if types.contains("object") { return .object(body(schema, of: operation)) }
        return types.contains("array") ? [] : nil
    }
}

extension Operation {
    /// Is about somebody else.
    fileprivate var namesAnother: Bool { ["/api/mute", "/api/follow", "/api/suggestions/dismiss"].contains(path) }
}
