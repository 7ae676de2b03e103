public import JSONText

/// Checks JSON values against the schemas of an API document: the part of JSON Schema 2020-12 that the document's own
/// check lets through. `format` is a remark, as that draft has it; any other keyword is reported, never ignored.
public struct SchemaValidator: Sendable {
    private let document: JSONValue

    /// - Parameter document: the root, for references such as `#/components/schemas/Error`.
    public init(document: JSONValue) {
        self.document = document
    }

    /// - Returns: a line per difference, with its place (`$.messages[0].id: …`); none if the value is as it should be.
    public func validate(_ json: JSONValue, against schema: JSONValue) -> [String] {
        validate(json, schema, at: "$", depth: 0)
    }

    /// The value that `#/components/…` names.
    public func resolve(_ reference: String) -> JSONValue? {
        guard reference.hasPrefix("#/") else { return nil }
        return reference.dropFirst(2).split(separator: "/").reduce(Optional(document)) { value, name in
            value?[String(name)]
        }
    }

    private func validate(_ json: JSONValue, _ schema: JSONValue, at place: String, depth: Int) -> [String] {
        // A schema that refers to itself without going deeper into the value would never end.
        guard depth < 100 else { return ["\(place): the schema refers to itself"] }
        switch (schema.bool, schema.kind) {
        case (true?, _): return []
        case (false?, _): return ["\(place): nothing is allowed here"]
        case (nil, .object): break
        default: return ["\(place): the schema is no object"]
        }
        var problems: [String] = []
        for (keyword, rule) in schema.members {
            problems += check(json, keyword, rule, schema, at: place, depth: depth).map { problem in
                // Problems from deeper levels carry their own place.
                problem.hasPrefix("$") ? problem : "\(place): \(problem)"
            }
        }
        return problems
    }

    private func check(
        _ json: JSONValue,
        _ keyword: String,
        _ rule: JSONValue,
        _ schema: JSONValue,
        at place: String,
        depth: Int
    ) -> [String] {
        switch keyword {
        case "$ref":
            guard let name = rule.string, let target = resolve(name) else { return ["a reference leads nowhere"] }
            return validate(json, target, at: place, depth: depth + 1)
        case "allOf":
            return rule.elements.flatMap { validate(json, $0, at: place, depth: depth + 1) }
        case "anyOf", "oneOf":
            return checkChoice(json, keyword, rule, at: place, depth: depth)
        case "properties", "additionalProperties", "required", "minProperties", "maxProperties":
            return json.kind == .object ? checkObject(json, keyword, rule, schema, at: place, depth: depth) : []
        case "items", "minItems", "maxItems", "uniqueItems":
            return json.kind == .array ? checkArray(json, keyword, rule, at: place, depth: depth) : []
        default:
            return ScalarRules.check(json, keyword, rule)
        }
    }

    private func checkChoice(
        _ json: JSONValue,
        _ keyword: String,
        _ rule: JSONValue,
        at place: String,
        depth: Int
    ) -> [String] {
        let outcomes = rule.elements.map { validate(json, $0, at: place, depth: depth + 1) }
        let matches = outcomes.filter(\.isEmpty).count
        if matches == 0 {
            let nearest = outcomes.min { $0.count < $1.count } ?? []
            return ["matches no choice of \(keyword); nearest: \(nearest.joined(separator: "; "))"]
        }
        return keyword == "oneOf" && matches > 1 ? ["matches \(matches) choices of oneOf"] : []
    }

    private func checkObject(
        _ json: JSONValue,
        _ keyword: String,
        _ rule: JSONValue,
        _ schema: JSONValue,
        at place: String,
        depth: Int
    ) -> [String] {
        let members = Array(json.members)
        switch keyword {
        case "properties":
            let repeated = Dictionary(grouping: members, by: \.key).filter { $0.value.count > 1 }.keys
            return repeated.sorted().map { "the member '\($0)' occurs more than once" }
                + members.flatMap { name, value in
                    rule[name].map { validate(value, $0, at: "\(place).\(name)", depth: depth + 1) } ?? []
                }
        case "additionalProperties":
            return members.filter { schema["properties"]?[$0.key] == nil }.flatMap { name, value in
                rule.bool == false
                    ? ["the member '\(name)' is not documented"]
                    : validate(value, rule, at: "\(place).\(name)", depth: depth + 1)
            }
        case "required":
            return rule.elements.compactMap(\.string).filter { json[$0] == nil }.map { "the member '\($0)' is missing" }
        case "minProperties": return members.count < rule.int64 ?? 0 ? ["too few members"] : []
        default: return members.count > rule.int64 ?? .max ? ["too many members"] : []
        }
    }

    private func checkArray(
        _ json: JSONValue,
        _ keyword: String,
        _ rule: JSONValue,
        at place: String,
        depth: Int
    ) -> [String] {
        let elements = Array(json.elements)
        switch keyword {
        case "items":
            return elements.enumerated().flatMap { index, element in
                validate(element, rule, at: "\(place)[\(index)]", depth: depth + 1)
            }
        case "minItems": return elements.count < rule.int64 ?? 0 ? ["too few elements"] : []
        case "maxItems": return elements.count > rule.int64 ?? .max ? ["too many elements"] : []
        default:
            let isRepeated = elements.indices.contains { index in
                elements[..<index].contains { ScalarRules.areEqual($0, elements[index]) }
            }
            return rule.bool == true && isRepeated ? ["an element occurs more than once"] : []
        }
    }
}
