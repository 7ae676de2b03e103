import HTTPTypes
import Testing

@testable import Kernel

@Suite struct RouteTableTests {
    private static func route(_ method: RouteMethod, _ path: String, module: String = "one") -> ServedRoute {
        ServedRoute(
            Route(method: method, path: path, policy: .init(.open), module: module, handler: { _ in APIResponse(.ok) }),
            bodyLimit: 100,
            metrics: HTTPMetrics(registry: MetricsRegistry()).route(method: method.rawValue, path: path)
        )
    }

    private static func table() throws -> RouteTable {
        try RouteTable([
            route(.get, "/api/messages"), route(.post, "/api/messages"),
            route(.get, "/api/messages/inbox"), route(.get, "/api/messages/{id}"),
            route(.delete, "/api/auth/sessions/{id}"),
        ])
    }

    @Test func fixedPathsWinOverParameters() throws {
        guard case .route(let route, let parameters) = try Self.table().match(.get, "/api/messages/inbox") else {
            Issue.record("no route")
            return
        }
        #expect(route.path == "/api/messages/inbox")
        #expect(parameters.isEmpty)
    }

    @Test func parametersAreCut() throws {
        guard case .route(let route, let parameters) = try Self.table().match(.get, "/api/messages/msg_1%20x") else {
            Issue.record("no route")
            return
        }
        #expect(route.path == "/api/messages/{id}")
        #expect(parameters.map(\.name) == ["id"])
        #expect(parameters.map(\.value) == ["msg_1%20x"])
    }

    @Test func aTrailingSlashChangesNothing() throws {
        guard case .route(let route, _) = try Self.table().match(.post, "/api/messages/") else {
            Issue.record("no route")
            return
        }
        #expect(route.method == .post)
    }

    @Test func wrongMethodsNameTheRightOnes() throws {
        guard case .otherMethods(let path) = try Self.table().match(.delete, "/api/messages") else {
            Issue.record("matched")
            return
        }
        #expect(path.allow == "GET, POST, HEAD, OPTIONS")
    }

    @Test func headFollowsGet() throws {
        guard case .route(let route, _) = try Self.table().match(.head, "/api/messages") else {
            Issue.record("no route")
            return
        }
        #expect(route.method == .get)
    }

    @Test(arguments: ["/", "/api", "/api/messages/a/b", "/api/auth/sessions/", "//api/messages", ""])
    func unknownPaths(path: String) throws {
        guard case .nothing = try Self.table().match(.get, Substring(path)) else {
            Issue.record("\(path) matched")
            return
        }
    }

    @Test func twoModulesCannotShareARoute() {
        #expect(throws: DuplicateRoute.self) {
            try RouteTable([Self.route(.get, "/a"), Self.route(.get, "/a", module: "two")])
        }
    }
}
