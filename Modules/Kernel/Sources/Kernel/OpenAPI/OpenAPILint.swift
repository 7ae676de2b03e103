import YAML

/// Checks one part: what every operation must say, its schemas, its references.
struct OpenAPILint {
    private let part: OpenAPIPart
    private let references: OpenAPIMerge
    private var problems: [String] = []

    static func check(_ part: OpenAPIPart, references: OpenAPIMerge, _ problems: inout [String]) {
        var lint = OpenAPILint(part: part, references: references)
        for operation in part.operations { lint.check(operation) }
        for component in part.components { lint.check(component) }
        lint.checkReferences(part.root)
        problems += lint.problems
    }

    private mutating func problem(_ mark: YAMLMark, _ text: String) {
        problems.append(part.problem(mark, text))
    }

    // MARK: Operations

    private mutating func check(_ operation: OpenAPIPart.Operation) {
        let node = operation.node
        for key in ["operationId", "summary"] where node[key]?.text == nil {
            problem(operation.mark, "\(operation.name) has no \(key)")
        }
        if node["tags"]?.sequence?.isEmpty ?? true { problem(operation.mark, "\(operation.name) has no tags") }
        let responses = node["responses"]?.entries ?? []
        if responses.isEmpty { problem(operation.mark, "\(operation.name) has no responses") }
        for response in responses { check(response: response.value, "\(operation.name) \(response.key)") }
        if let body = node["requestBody"] { check(content: body, "\(operation.name) requestBody") }

        let parameters = (node["parameters"]?.sequence ?? []).map(target)
        for parameter in parameters { check(parameter: parameter, operation.name) }
        for segment in operation.path.split(separator: "/") where segment.hasPrefix("{") {
            let name = segment.dropFirst().dropLast()
            let isDeclared = parameters.contains { $0["name"]?.text == String(name) && $0["in"]?.text == "path" }
            if !isDeclared { problem(operation.mark, "\(operation.name) does not declare its parameter '\(name)'") }
        }
    }

    private mutating func check(parameter: YAMLNode, _ place: String) {
        guard let name = parameter["name"]?.text, parameter["in"]?.text != nil else {
            return problem(parameter.mark, "\(place): a parameter needs name and in")
        }
        guard let schema = parameter["schema"] else {
            return problem(parameter.mark, "\(place): the parameter '\(name)' has no schema")
        }
        if parameter["in"]?.text == "path", parameter["required"]?.scalar?.value != .bool(true) {
            problem(parameter.mark, "\(place): the path parameter '\(name)' must be required")
        }
        checkSchema(schema, "\(place) \(name)")
    }

    private mutating func check(response: YAMLNode, _ place: String) {
        guard response["$ref"] == nil else { return }
        if response["description"]?.text == nil { problem(response.mark, "\(place) has no description") }
        for header in response["headers"]?.entries ?? [] where header.value["$ref"] == nil {
            guard let schema = header.value["schema"] else {
                problem(header.keyMark, "\(place): the field '\(header.key)' has no schema")
                continue
            }
            checkSchema(schema, "\(place) \(header.key)")
        }
        if response["content"] != nil { check(content: response, place) }
    }

    private mutating func check(content node: YAMLNode, _ place: String) {
        guard node["$ref"] == nil else { return }
        let content = node["content"]?.entries ?? []
        if content.isEmpty { problem(node.mark, "\(place) has no content") }
        for media in content {
            guard let schema = media.value["schema"] else {
                problem(media.keyMark, "\(place) \(media.key) has no schema")
                continue
            }
            checkSchema(schema, "\(place) \(media.key)")
        }
    }

    // MARK: Components and references

    private mutating func check(_ component: (kind: String, name: String, node: YAMLNode, mark: YAMLMark)) {
        let place = "components/\(component.kind)/\(component.name)"
        switch component.kind {
        case "schemas" where component.name == KernelPart.openSchema:
            if part.module != KernelPart.module { problem(component.mark, "\(place) belongs to the kernel") }
        case "schemas": checkSchema(component.node, place)
        case "responses": check(response: component.node, place)
        case "parameters": check(parameter: component.node, place)
        case "requestBodies": check(content: component.node, place)
        case "headers":
            guard let schema = component.node["schema"] else {
                return problem(component.mark, "\(place) has no schema")
            }
            checkSchema(schema, place)
        case "securitySchemes", "examples": break
        default: problem(component.mark, "\(place): no such kind of component is used here")
        }
    }

    private mutating func checkSchema(_ schema: YAMLNode, _ place: String) {
        for found in SchemaLint.problems(schema, place) { problem(found.mark, found.text) }
    }

    private mutating func checkReferences(_ node: YAMLNode) {
        if let reference = node["$ref"]?.text, references.resolve(reference) == nil {
            problem(node.mark, "'\(reference)' leads nowhere")
        }
        for entry in node.entries { checkReferences(entry.value) }
        for item in node.sequence ?? [] { checkReferences(item) }
    }

    /// What a node stands for, if it is a reference.
    private func target(_ node: YAMLNode) -> YAMLNode {
        node["$ref"]?.text.flatMap(references.resolve) ?? node
    }
}
