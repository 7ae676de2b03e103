import JSONText
public import Kernel

extension OpenAPIDocument {
    /// Compares a real answer with what is documented for its route.
    ///
    /// - Parameters:
    ///   - path: as requested, with or without its query, or the template.
    ///   - contentType: the answer's field.
    /// - Returns: a line per difference; none if the answer is as documented.
    public func problems(
        method: RouteMethod,
        path: String,
        status: Int,
        contentType: String?,
        body: [UInt8]
    ) -> [String] {
        let name = "\(method.rawValue) \(path) \(status)"
        guard let template = template(of: path), let operation = operation(method: method, path: template) else {
            return ["\(name): no such operation"]
        }
        let validator = SchemaValidator(document: root)
        let responses = operation["responses"]
        guard let documented = responses?["\(status)"] ?? (status >= 400 ? responses?["default"] : nil) else {
            return ["\(name): no such answer is documented"]
        }
        let response = documented["$ref"]?.string.flatMap(validator.resolve) ?? documented
        guard let content = response["content"] else {
            return body.isEmpty ? [] : ["\(name): a body, where none is documented"]
        }
        let type = String((contentType ?? "none").prefix { $0 != ";" })
        guard let schema = content[type]?["schema"] else { return ["\(name): content type \(type) is not documented"] }
        guard type.hasSuffix("json") else { return [] }
        do {
            return validator.validate(try JSONDocument(body).root, against: schema).map { "\(name): \($0)" }
        } catch {
            return ["\(name): \(error)"]
        }
    }

    /// As above, for what the tests' client received.
    public func problems(_ answer: HTTPAnswer, method: RouteMethod, path: String) -> [String] {
        problems(
            method: method,
            path: path,
            status: answer.status,
            contentType: answer.headers["Content-Type"],
            body: answer.body
        )
    }

    /// The documented template that a path matches; a fixed segment wins over a parameter.
    public func template(of path: String) -> String? {
        let wanted = path.prefix { $0 != "?" }.split(separator: "/")
        return (root["paths"]?.members).map(Array.init)?
            .map(\.key)
            .filter { template in
                let parts = template.split(separator: "/")
                return parts.count == wanted.count
                    && zip(parts, wanted).allSatisfy { $0.hasPrefix("{") || $0 == $1 }
            }
            .min { $0.count { $0 == "{" } < $1.count { $0 == "{" } }
    }
}
