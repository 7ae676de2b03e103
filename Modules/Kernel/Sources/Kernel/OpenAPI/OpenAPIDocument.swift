public import JSONText
import YAML

/// The OpenAPI 3.1 document of the running service (https://spec.openapis.org/oas/v3.1.1.html).
public struct OpenAPIDocument: Sendable {
    /// What the document says of itself.
    public struct Info: Sendable {
        public let title: String
        public let version: String
        public let description: String

        public init(title: String = "/vibe", version: String, description: String) {
            self.title = title
            self.version = version
            self.description = description
        }
    }

    private let json: JSONDocument

    init(_ json: JSONDocument) {
        self.json = json
    }

    /// The document as JSON.
    public var bytes: [UInt8] { json.bytes }

    /// The document's object.
    public var root: JSONValue { json.root }

    /// What is documented for a route.
    ///
    /// - Parameter path: the template, `/api/messages/{id}`.
    public func operation(method: RouteMethod, path: String) -> JSONValue? {
        root["paths"]?[path]?[method.key]
    }

    /// Every documented method and path template.
    public var operations: [(method: RouteMethod, path: String)] {
        (root["paths"]?.members).map(Array.init)?.flatMap { path, item in
            RouteMethod.allCases.filter { item[$0.key] != nil }.map { ($0, path) }
        } ?? []
    }
}

extension OpenAPIDocument {
    /// Joins the modules' parts and the kernel's own into one document, and checks it:
    /// - no path, parameter template or component is claimed by two modules (the same component word for word may be);
    /// - every operation has an `operationId` of its own, `summary`, `tags` and responses with schemas, and declares the
    ///   parameters of its path; every operation gets the shared error answer as `default` unless it has one;
    /// - no schema is open or empty: an object names its properties and says what others may be, an array its items.
    ///   JSON that is anybody's own is declared through the one schema `AnyJSON`;
    /// - every reference leads somewhere in the document;
    /// - every route is documented by the module that registers it, and every documented operation is a route.
    ///
    /// - Parameters:
    ///   - modules: the running ones: name and the text of its `openapi.yaml`, which holds `paths`, `components`, `tags`.
    ///   - routes: all registered, with the kernel's own.
    /// - Throws: ``OpenAPIError`` with everything that is wrong.
    public static func assemble(
        info: Info,
        modules: [(name: String, yaml: String)],
        routes: [(method: RouteMethod, path: String, module: String)]
    ) throws(OpenAPIError) -> OpenAPIDocument {
        let kernel = (name: KernelPart.module, yaml: EmbeddedText.openAPIOpenapi)
        return try assemble(info: info, parts: [kernel] + modules, routes: routes)
    }

    /// As above, the kernel's part among the others.
    static func assemble(
        info: Info,
        parts: [(name: String, yaml: String)],
        routes: [(method: RouteMethod, path: String, module: String)]
    ) throws(OpenAPIError) -> OpenAPIDocument {
        var problems: [String] = []
        let parts = parts.compactMap { OpenAPIPart(module: $0.name, yaml: $0.yaml, &problems) }
        let merged = OpenAPIMerge(parts, &problems)
        for part in parts { OpenAPILint.check(part, references: merged, &problems) }
        OpenAPICoverage.check(parts, routes, &problems)
        guard problems.isEmpty else { throw OpenAPIError(problems: problems) }
        do {
            return OpenAPIDocument(try JSONDocument(merged.document(info).json()))
        } catch {
            throw OpenAPIError(problems: ["the document is no JSON: \(error)"])
        }
    }
}

/// The kernel's own part of the document.
enum KernelPart {
    static let module = "kernel"
    /// The one schema that may be open: JSON that belongs to whoever sent it. Only the kernel declares it.
    static let openSchema = "AnyJSON"
}

extension RouteMethod {
    /// As path items name it.
    var key: String { rawValue.lowercased() }

    init?(key: String) {
        guard let method = RouteMethod.allCases.first(where: { $0.key == key }) else { return nil }
        self = method
    }
}
