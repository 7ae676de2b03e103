import YAML

/// Checks that a schema says what it allows. An open schema documents nothing, and no test against it can fail.
enum SchemaLint {
    typealias Problem = (mark: YAMLMark, text: String)

    static func problems(_ schema: YAMLNode, _ place: String) -> [Problem] {
        guard let entries = schema.mapping else { return [(schema.mark, "\(place): a schema must be a mapping")] }
        var found: [Problem] = []
        func problem(_ text: String, at mark: YAMLMark? = nil) {
            found.append((mark ?? schema.mark, "\(place): \(text)"))
        }

        for entry in entries where !keywords.contains(entry.key) && !entry.key.hasPrefix("x-") {
            problem("'\(entry.key)' is no keyword that is used here", at: entry.keyMark)
        }
        if !entries.contains(where: { deciding.contains($0.key) }) {
            problem("an open schema; anybody's own JSON is #/components/schemas/\(KernelPart.openSchema)")
        }
        let types = types(of: schema)
        for type in types where !typeNames.contains(type) { problem("'\(type)' is no type") }
        if types.contains("array"), schema["items"] == nil { problem("an array without items") }
        if types.contains("object") {
            found += objectProblems(schema, place)
        } else if schema["properties"] != nil || schema["additionalProperties"] != nil {
            problem("properties without type: object")
        }
        for (child, name) in children(of: schema) { found += problems(child, "\(place)/\(name)") }
        return found
    }

    private static func objectProblems(_ schema: YAMLNode, _ place: String) -> [Problem] {
        var found: [Problem] = []
        let others = schema["additionalProperties"]
        let isClosed = others?.scalar?.value == .bool(false)
        if !isClosed, others?.mapping == nil {
            found.append((schema.mark, "\(place): an open object: additionalProperties must be false or a schema"))
        }
        if schema["properties"]?.mapping == nil, others?.mapping == nil {
            found.append((schema.mark, "\(place): an object without properties"))
        }
        if isClosed {
            for name in (schema["required"]?.sequence ?? []).compactMap(\.text) where schema["properties"]?[name] == nil
            {
                found.append((schema.mark, "\(place): requires '\(name)', which it does not allow"))
            }
        }
        return found
    }

    /// `type` is one name or a list of names.
    private static func types(of schema: YAMLNode) -> [String] {
        guard let type = schema["type"] else { return [] }
        // A bare null is the type `null`, written without quotes.
        return (type.sequence ?? [type]).map { $0.scalar?.text ?? "" }
    }

    private static func children(of schema: YAMLNode) -> [(YAMLNode, String)] {
        var children = (schema["properties"]?.entries ?? []).map { ($0.value, $0.key) }
        if let items = schema["items"] { children.append((items, "items")) }
        if let others = schema["additionalProperties"], others.mapping != nil { children.append((others, "*")) }
        for key in ["allOf", "anyOf", "oneOf"] {
            for (index, choice) in (schema[key]?.sequence ?? []).enumerated() {
                children.append((choice, "\(key)/\(index)"))
            }
        }
        return children
    }

    private static let typeNames: Set<String> = ["object", "array", "string", "integer", "number", "boolean", "null"]

    /// One of these makes a schema say something.
    private static let deciding: Set<String> = ["$ref", "type", "enum", "const", "allOf", "anyOf", "oneOf"]

    /// What the validator of the tests understands, and remarks that allow nothing and forbid nothing.
    private static let keywords = deciding.union([
        "properties", "required", "additionalProperties", "items", "pattern",
        "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum",
        "minLength", "maxLength", "minItems", "maxItems", "uniqueItems", "minProperties", "maxProperties",
        "title", "description", "format", "default", "example", "examples", "deprecated", "readOnly", "writeOnly",
    ])
}
