import JSONText
import KernelTesting

/// A schema of the document, read in order to make up values that fit and values that do not.
struct Schema: Sendable {
    let value: JSONValue
    private let document: JSONValue

    init(_ value: JSONValue, _ document: JSONValue) {
        self.value = value
        self.document = document
    }

    /// What the schema refers to, if it does.
    var resolved: Schema {
        guard let name = value["$ref"]?.string, let target = SchemaValidator(document: document).resolve(name) else {
            return self
        }
        return Schema(target, document).resolved
    }

    /// The choices of `oneOf` and `anyOf`, or this schema alone.
    var alternatives: [Schema] {
        let schema = resolved
        let choices = ["oneOf", "anyOf"].compactMap { schema.value[$0] }.flatMap { Array($0.elements) }
        guard !choices.isEmpty else { return [schema] }
        return choices.flatMap { Schema($0, document).alternatives }
    }

    /// The members of an object, those of all parts of `allOf` too.
    var properties: [(name: String, schema: Schema)] {
        let schema = resolved
        let own = (schema.value["properties"]?.members).map(Array.init) ?? []
        let parts = (schema.value["allOf"]?.elements).map(Array.init) ?? []
        return own.map { ($0.key, Schema($0.value, document)) } + parts.flatMap { Schema($0, document).properties }
    }

    /// The members of several objects; of one name, the first.
    static func union(_ schemas: [Schema]) -> [(name: String, schema: Schema)] {
        var names: Set<String> = []
        return schemas.flatMap(\.properties).filter { names.insert($0.name).inserted }
    }

    var required: [String] {
        let schema = resolved
        let parts = (schema.value["allOf"]?.elements).map(Array.init) ?? []
        return (schema.value["required"]?.elements.compactMap(\.string) ?? [])
            + parts.flatMap { Schema($0, document).required }
    }

    /// What the values may be, as JSON Schema names it; everything where the schema does not say.
    var types: Set<String> {
        let schema = resolved
        if let type = schema.value["type"]?.string { return [type] }
        if let types = schema.value["type"], types.kind == .array { return Set(types.elements.compactMap(\.string)) }
        let choices = schema.alternatives
        if choices.count > 1 { return choices.reduce(into: []) { $0.formUnion($1.types) } }
        let listed = (schema.value["enum"]?.elements).map(Array.init) ?? schema.value["const"].map { [$0] } ?? []
        let kinds = Set(listed.map(\.typeName))
        return kinds.isEmpty ? ["object", "array", "string", "number", "integer", "boolean", "null"] : kinds
    }

    /// The first value that the schema lists.
    var listed: JSON? {
        let schema = resolved
        return (schema.value["const"] ?? schema.value["enum"]?.elements.first { _ in true }).map { .raw(Array($0.raw)) }
    }

    var maxLength: Int? { resolved.value["maxLength"]?.int64.map(Int.init) }
}

extension JSONValue {
    /// The name of its type in JSON Schema.
    fileprivate var typeName: String {
        switch kind {
        case .object: "object"
        case .array: "array"
        case .string: "string"
        case .number: "number"
        case .bool: "boolean"
        case .null: "null"
        }
    }
}
