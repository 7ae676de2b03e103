import YAML

/// Compares what is documented with what is registered.
enum OpenAPICoverage {
    static func check(
        _ parts: [OpenAPIPart],
        _ routes: [(method: RouteMethod, path: String, module: String)],
        _ problems: inout [String]
    ) {
        var owners: [String: String] = [:]
        for route in routes { owners["\(route.method.rawValue) \(route.path)"] = route.module }

        var ids: [String: String] = [:]
        for part in parts {
            for operation in part.operations {
                if let id = operation.node["operationId"]?.text,
                    let other = ids.updateValue(operation.name, forKey: id)
                {
                    problems.append(
                        part.problem(
                            operation.mark,
                            "the operationId '\(id)' is that of \(other) and \(operation.name)"
                        )
                    )
                }
                switch owners.removeValue(forKey: operation.name) {
                case nil:
                    problems.append(
                        part.problem(operation.mark, "\(operation.name) is documented, but no module registers it")
                    )
                case part.module?: break
                case let owner?:
                    problems.append(
                        part.problem(
                            operation.mark,
                            "\(operation.name) is documented by '\(part.module)', but registered by '\(owner)'"
                        )
                    )
                }
            }
        }
        for (route, module) in owners.sorted(by: { $0.key < $1.key }) {
            problems.append("\(module): the route \(route) is not documented in its openapi.yaml")
        }
    }
}
