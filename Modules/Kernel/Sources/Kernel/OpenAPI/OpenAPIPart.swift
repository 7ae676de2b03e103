import YAML

/// One module's `openapi.yaml`, parsed.
struct OpenAPIPart {
    /// One documented operation.
    struct Operation {
        let method: RouteMethod
        let path: String
        let node: YAMLNode
        let mark: YAMLMark

        var name: String { "\(method.rawValue) \(path)" }
    }

    let module: String
    let root: YAMLNode
    let operations: [Operation]
    /// By kind (`schemas`, `responses` …) and name.
    let components: [(kind: String, name: String, node: YAMLNode, mark: YAMLMark)]

    /// Nil, and a problem, if the text is no YAML.
    init?(module: String, yaml: String, _ problems: inout [String]) {
        self.module = module
        do {
            root = try YAML.parse(text: yaml, file: OpenAPIPart.file(module))
        } catch {
            problems.append("\(error)")
            return nil
        }
        func problem(_ mark: YAMLMark, _ text: String) {
            problems.append(OpenAPIPart.problem(module, mark, text))
        }
        if root.mapping == nil, root.scalar?.value != .null { problem(root.mark, "expected a mapping") }
        for entry in root.entries where !["paths", "components", "tags"].contains(entry.key) {
            problem(entry.keyMark, "'\(entry.key)' does not belong here: only paths, components and tags do")
        }

        var operations: [Operation] = []
        for path in root["paths"]?.entries ?? [] {
            if !path.key.hasPrefix("/") { problem(path.keyMark, "the path '\(path.key)' does not begin with /") }
            for item in path.value.entries {
                guard let method = RouteMethod(key: item.key) else {
                    problem(item.keyMark, "\(path.key): '\(item.key)' is no method; parameters belong to the operation")
                    continue
                }
                operations.append(Operation(method: method, path: path.key, node: item.value, mark: item.keyMark))
            }
        }
        self.operations = operations
        components = (root["components"]?.entries ?? []).flatMap { kind in
            kind.value.entries.map { (kind.key, $0.key, $0.value, $0.keyMark) }
        }
    }

    /// `messaging/openapi.yaml:12:3: what is wrong`.
    func problem(_ mark: YAMLMark, _ text: String) -> String {
        OpenAPIPart.problem(module, mark, text)
    }

    private static func problem(_ module: String, _ mark: YAMLMark, _ text: String) -> String {
        "\(file(module)):\(mark.line):\(mark.column): \(text)"
    }

    private static func file(_ module: String) -> String { "\(module)/openapi.yaml" }
}

extension YAMLNode {
    /// The entries of a mapping; none of anything else.
    var entries: [YAMLEntry] { mapping ?? [] }

    /// The text of a string that is not empty.
    var text: String? {
        if case .string(let text)? = scalar?.value, !text.isEmpty { text } else { nil }
    }
}
