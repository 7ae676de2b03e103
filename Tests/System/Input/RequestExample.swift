import JSONText
import KernelTesting

/// A body that a route accepts, to be spoiled in one place.
struct RequestExample: Sendable {
    let schema: Schema
    private(set) var members: [(name: String, value: JSON)]

    /// Names that mean the same: one of them is asked, the others are not looked at.
    private static let aliases: [Set<String>] = [["username", "handle", "user"], ["text", "body"]]

    init(_ schema: Schema, _ members: [(String, JSON)]) {
        self.schema = schema
        self.members = members
    }

    var body: HTTPBody { .json(.object(members.map { ($0.name, $0.value) })) }

    func has(_ name: String) -> Bool { schema.properties.contains { $0.name == name } }

    func without(_ name: String) -> RequestExample {
        var example = self
        let same = Self.aliases.first { $0.contains(name) } ?? [name]
        example.members.removeAll { same.contains($0.name) }
        return example
    }

    func with(_ name: String, _ value: JSON) -> RequestExample {
        var example = without(name)
        example.members.append((name, value))
        return example
    }
}

extension ExampleValues {
    /// The ways to ask for an operation: one for each alternative of its body, and for each action that it knows.
    func examples(of operation: Operation) -> [RequestExample] {
        operation.bodies.flatMap { schema in
            let example = RequestExample(schema, body(schema, of: operation))
            let actions = schema.properties.first { $0.name == "action" }?.schema.resolved.value["enum"]?.elements
                .compactMap(\.string)
            return (actions ?? []).isEmpty
                ? [example]
                : (actions ?? []).map { action in
                    let asked = example.with("action", .string(action))
                    return action == "typing" ? asked.with("typingTo", .string(other)) : asked
                }
        }
    }
}
