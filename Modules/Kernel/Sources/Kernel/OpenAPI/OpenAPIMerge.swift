import YAML

/// All parts as one tree.
struct OpenAPIMerge {
    private var paths: [String: [YAMLEntry]] = [:]
    private var components: [String: [String: YAMLNode]] = [:]
    private var tags: [String: YAMLNode] = [:]

    /// Reports what two parts claim.
    init(_ parts: [OpenAPIPart], _ problems: inout [String]) {
        var operationOwners: [String: String] = [:]
        var templates: [String: (path: String, module: String)] = [:]
        var componentOwners: [String: String] = [:]
        for part in parts {
            for operation in part.operations {
                if let other = operationOwners.updateValue(part.module, forKey: operation.name) {
                    problems.append(
                        part.problem(
                            operation.mark,
                            "\(operation.name) is documented by '\(other)' and '\(part.module)'"
                        )
                    )
                    continue
                }
                let shape = OpenAPIMerge.shape(operation.path)
                let known = templates[shape] ?? (operation.path, part.module)
                templates[shape] = known
                if known.path != operation.path {
                    problems.append(
                        part.problem(
                            operation.mark,
                            "\(operation.path) of '\(part.module)' is \(known.path) of '\(known.module)': spell it alike"
                        )
                    )
                }
                paths[operation.path, default: []].append(
                    YAMLEntry(
                        key: operation.method.key,
                        keyMark: operation.mark,
                        value: OpenAPIMerge.withErrorAnswer(operation.node)
                    )
                )
            }
            for (kind, name, node, mark) in part.components {
                let other = componentOwners.updateValue(part.module, forKey: "\(kind)/\(name)")
                if let other, let known = components[kind]?[name], !known.hasSameContent(as: node) {
                    problems.append(
                        part.problem(
                            mark,
                            "components/\(kind)/\(name) differs between '\(other)' and '\(part.module)'"
                        )
                    )
                }
                components[kind, default: [:]][name] = node
            }
            for tag in part.root["tags"]?.sequence ?? [] {
                if let name = tag["name"]?.text { tags[name] = tag }
            }
        }
    }

    /// The node that a reference such as `#/components/schemas/Error` leads to.
    func resolve(_ reference: String) -> YAMLNode? {
        let parts = reference.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 4, parts[0] == "#", parts[1] == "components" else { return nil }
        return components[parts[2]]?[parts[3]]
    }

    /// The whole document, everything in the order of its names.
    func document(_ info: OpenAPIDocument.Info) -> YAMLNode {
        .object([
            ("openapi", .text("3.1.0")),
            (
                "info",
                .object([
                    ("title", .text(info.title)), ("version", .text(info.version)),
                    ("description", .text(info.description)),
                ])
            ),
            ("tags", YAMLNode(.sequence(tags.sorted { $0.key < $1.key }.map(\.value)), mark: .none)),
            (
                "paths",
                .object(
                    paths.sorted { $0.key < $1.key }.map { ($0.key, YAMLNode(.mapping($0.value), mark: .none)) }
                )
            ),
            (
                "components",
                .object(
                    components.sorted { $0.key < $1.key }.map { kind, named in
                        (kind, .object(named.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }))
                    }
                )
            ),
        ])
    }

    /// `/a/{id}` and `/a/{name}` are one path.
    private static func shape(_ path: String) -> String {
        path.split(separator: "/", omittingEmptySubsequences: false)
            .map { $0.hasPrefix("{") ? "{}" : String($0) }
            .joined(separator: "/")
    }

    /// Any route may answer with an error that the kernel made; documented once for all.
    private static func withErrorAnswer(_ operation: YAMLNode) -> YAMLNode {
        let error = YAMLNode.object([("$ref", .text("#/components/responses/Error"))])
        return YAMLNode(
            .mapping(
                operation.entries.map { entry in
                    guard entry.key == "responses", entry.value["default"] == nil else { return entry }
                    let added = YAMLEntry(key: "default", keyMark: entry.keyMark, value: error)
                    let responses = YAMLNode(.mapping(entry.value.entries + [added]), mark: entry.value.mark)
                    return YAMLEntry(key: entry.key, keyMark: entry.keyMark, value: responses)
                }
            ),
            mark: operation.mark
        )
    }
}

extension YAMLNode {
    fileprivate static func text(_ text: String) -> YAMLNode {
        YAMLNode(.scalar(YAMLScalar(string: text)), mark: .none)
    }

    fileprivate static func object(_ entries: [(String, YAMLNode)]) -> YAMLNode {
        YAMLNode(.mapping(entries.map { YAMLEntry(key: $0.0, keyMark: .none, value: $0.1) }), mark: .none)
    }

    /// Whether both say the same, wherever they stand.
    fileprivate func hasSameContent(as other: YAMLNode) -> Bool {
        (try? json()) == (try? other.json())
    }
}

extension YAMLMark {
    /// Of what stands in no file.
    fileprivate static let none = YAMLMark(line: 1, column: 1)
}
