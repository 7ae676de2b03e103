import HTTPTypes

/// A value that a template's `{name}` stood for, still percent-encoded.
typealias PathParameter = (name: String, value: String)

/// Finds the route of a request.
///
/// Our own rather than the server library's router, because that one cannot say which methods a path knows: a wrong
/// method there is a bare 404, where 405 with `Allow` is due. Fixed paths are one dictionary look-up; the few templates
/// with parameters are compared in turn.
struct RouteTable: Sendable {
    /// The routes of one path template.
    struct Path: Sendable {
        let template: String
        let segments: [Segment]
        var routes: [RouteMethod: ServedRoute] = [:]

        /// For the `Allow` field.
        var allow: String {
            var methods = RouteMethod.allCases.filter { routes[$0] != nil }.map(\.rawValue)
            if routes[.get] != nil { methods.append("HEAD") }
            return (methods + ["OPTIONS"]).joined(separator: ", ")
        }
    }

    enum Segment: Sendable, Hashable {
        case fixed(String)
        case parameter(String)
    }

    enum Match {
        case route(ServedRoute, [PathParameter])
        case otherMethods(Path)
        case preflight(Path)
        case nothing
    }

    private var fixed: [String: Path] = [:]
    private var templates: [Path] = []

    /// - Throws: ``DuplicateRoute`` when two routes share method and path.
    init(_ routes: [ServedRoute]) throws(DuplicateRoute) {
        for route in routes {
            let segments = RouteTable.segments(of: route.path)
            var path =
                fixed[route.path] ?? templates.first { $0.template == route.path }
                ?? Path(template: route.path, segments: segments)
            if let other = path.routes.updateValue(route, forKey: route.method) {
                throw DuplicateRoute(
                    route: "\(route.method.rawValue) \(route.path)",
                    modules: [other.module, route.module]
                )
            }
            if segments.contains(where: { if case .parameter = $0 { true } else { false } }) {
                templates.removeAll { $0.template == route.path }
                templates.append(path)
            } else {
                fixed[route.path] = path
            }
        }
        // A fixed segment wins over a parameter: /api/messages/inbox before /api/messages/{id}.
        templates.sort { $0.template < $1.template }
    }

    func match(_ method: HTTPRequest.Method, _ address: Substring) -> Match {
        var address = address
        if address.count > 1, address.last == "/" { address.removeLast() }
        if let path = fixed[String(address)] {
            return match(method, path, [])
        }
        let parts = address.dropFirst().split(separator: "/", omittingEmptySubsequences: false)
        for path in templates where path.segments.count == parts.count {
            if let parameters = RouteTable.parameters(path.segments, parts) {
                return match(method, path, parameters)
            }
        }
        return .nothing
    }

    private func match(_ method: HTTPRequest.Method, _ path: Path, _ parameters: [PathParameter]) -> Match {
        if method == .options { return .preflight(path) }
        let wanted = method == .head ? .get : RouteMethod(rawValue: method.rawValue)
        guard let wanted, let route = path.routes[wanted] else { return .otherMethods(path) }
        return .route(route, parameters)
    }

    private static func parameters(_ segments: [Segment], _ parts: [Substring]) -> [PathParameter]? {
        var parameters: [PathParameter] = []
        for (segment, part) in zip(segments, parts) {
            switch segment {
            case .fixed(let text):
                if part != text { return nil }
            case .parameter(let name):
                if part.isEmpty { return nil }
                parameters.append((name, String(part)))
            }
        }
        return parameters
    }

    private static func segments(of template: String) -> [Segment] {
        template.dropFirst().split(separator: "/", omittingEmptySubsequences: false).map { part in
            part.hasPrefix("{") && part.hasSuffix("}")
                ? .parameter(String(part.dropFirst().dropLast())) : .fixed(String(part))
        }
    }
}

/// Two modules registered the same route.
public struct DuplicateRoute: Error, CustomStringConvertible {
    let route: String
    let modules: [String]
    public var description: String { "\(route) is registered by both '\(modules[0])' and '\(modules[1])'." }
}
