import HTTPTypes
import JSONText
import Testing

@testable import Kernel

@Suite struct OpenAPIDocumentTests {
    static let kernelRoutes = [
        "/livez", "/readyz", "/metrics", "/openapi.json", "/api/openapi.json", "/api/health", "/api/db-health",
        "/api/stats",
    ].map { (method: RouteMethod.get, path: $0, module: "kernel") }

    static let polls = """
        tags:
          - name: polls
        paths:
          /api/polls/{id}:
            get:
              operationId: getPoll
              summary: One poll
              tags: [polls]
              parameters:
                - { name: id, in: path, required: true, schema: { type: string } }
              responses:
                "200":
                  description: It.
                  content:
                    application/json:
                      schema: { $ref: "#/components/schemas/Poll" }
        components:
          schemas:
            Poll:
              type: object
              properties:
                question: { type: string }
                payload: { $ref: "#/components/schemas/AnyJSON" }
              required: [question]
              additionalProperties: false
        """

    static let pollsRoute = (method: RouteMethod.get, path: "/api/polls/{id}", module: "polls")

    static func assemble(
        _ modules: [(name: String, yaml: String)],
        routes: [(method: RouteMethod, path: String, module: String)]
    ) throws(OpenAPIError) -> OpenAPIDocument {
        try OpenAPIDocument.assemble(
            info: .init(version: "1.2.3", description: "For tests."),
            modules: modules,
            routes: kernelRoutes + routes
        )
    }

    /// What assembling these modules reports.
    static func problems(
        _ modules: [(name: String, yaml: String)],
        routes: [(method: RouteMethod, path: String, module: String)] = [pollsRoute]
    ) -> [String] {
        do {
            _ = try assemble(modules, routes: routes)
            return []
        } catch {
            return error.problems
        }
    }

    @Test func theKernelsOwnPartIsSound() throws {
        let document = try Self.assemble([], routes: [])
        #expect(document.root["openapi"]?.string == "3.1.0")
        #expect(document.root["info"]?["version"]?.string == "1.2.3")
        #expect(document.operation(method: .get, path: "/livez")?["operationId"]?.string == "getLiveness")
        #expect(document.operation(method: .post, path: "/livez") == nil)
        #expect(document.operations.count == Self.kernelRoutes.count)
    }

    @Test func theKernelsRoutesAreThoseItDocuments() throws {
        let stats = StatsRoute(hooks: [], clock: .system, logger: LogFile().logger(.json))
        let routes = KernelRoutes.all(
            health: HealthRoutes(
                state: ServiceState(),
                database: DatabaseProbe {},
                modules: [],
                stats: stats,
                version: "1",
                clock: .system
            ),
            stats: stats,
            metrics: MetricsRoute(registry: MetricsRegistry()),
            document: OpenAPIRoute { throw OpenAPIError(problems: []) }
        )
        let names = routes.map { (method: $0.method, path: $0.path, module: $0.module) }
        #expect(throws: Never.self) {
            try OpenAPIDocument.assemble(info: .init(version: "1", description: "x"), modules: [], routes: names)
        }
    }

    @Test func joinsTheModulesParts() throws {
        let document = try Self.assemble([("polls", Self.polls)], routes: [Self.pollsRoute])
        #expect(document.root["components"]?["schemas"]?["Poll"] != nil)
        #expect(document.root["components"]?["schemas"]?["Error"] != nil)
        #expect(document.root["tags"]?.elements.map { $0["name"]?.string } == ["polls", "service"])
        let operation = document.operation(method: .get, path: "/api/polls/{id}")
        #expect(operation?["responses"]?["default"]?["$ref"]?.string == "#/components/responses/Error")
    }

    @Test func aModuleThatIsOffIsNotInIt() throws {
        let document = try Self.assemble([], routes: [])
        #expect(!String(decoding: document.bytes, as: UTF8.self).contains("polls"))
    }

    @Test func isTheSameWheneverItIsAssembled() throws {
        let one = try Self.assemble([("polls", Self.polls)], routes: [Self.pollsRoute])
        let other = try Self.assemble([("polls", Self.polls)], routes: [Self.pollsRoute])
        #expect(one.bytes == other.bytes)
    }

    @Test func refusesAnOperationOfTwoModules() {
        let problems = Self.problems([("polls", Self.polls), ("votes", Self.polls)])
        #expect(problems.contains { $0.contains("GET /api/polls/{id} is documented by 'polls' and 'votes'") })
    }

    @Test func refusesOnePathInTwoSpellings() {
        let other = Self.polls.replacing("{id}", with: "{name}").replacing("name: id", with: "name: name")
            .replacing("get:", with: "post:").replacing("getPoll", with: "addPoll")
        let problems = Self.problems(
            [("polls", Self.polls), ("votes", other)],
            routes: [Self.pollsRoute, (.post, "/api/polls/{name}", "votes")]
        )
        #expect(problems.count == 1)
        #expect(problems[0].contains("/api/polls/{name} of 'votes' is /api/polls/{id} of 'polls'"))
    }

    @Test func refusesComponentsThatDiffer() {
        let votes = "components: { schemas: { Poll: { type: string } } }"
        let problems = Self.problems([("polls", Self.polls), ("votes", votes)])
        #expect(problems == ["votes/openapi.yaml:1:26: components/schemas/Poll differs between 'polls' and 'votes'"])
    }

    @Test func acceptsTheSameComponentTwice() {
        let component = "components: { schemas: { Shared: { type: string } } }"
        #expect(Self.problems([("a", component), ("b", component)], routes: []).isEmpty)
    }

    @Test func refusesARouteThatIsNotDocumented() {
        let problems = Self.problems(
            [("polls", Self.polls)],
            routes: [Self.pollsRoute, (.delete, "/api/polls/{id}", "polls")]
        )
        #expect(problems == ["polls: the route DELETE /api/polls/{id} is not documented in its openapi.yaml"])
    }

    @Test func refusesADocumentedRouteThatIsMissing() {
        let problems = Self.problems([("polls", Self.polls)], routes: [])
        #expect(problems.count == 1)
        #expect(problems[0].contains("GET /api/polls/{id} is documented, but no module registers it"))
    }

    @Test func refusesARouteOfAnotherModule() {
        let problems = Self.problems([("polls", Self.polls)], routes: [(.get, "/api/polls/{id}", "votes")])
        #expect(problems.count == 1)
        #expect(problems[0].contains("documented by 'polls', but registered by 'votes'"))
    }

    @Test func refusesAnOperationIdThatIsTaken() {
        let problems = Self.problems([("polls", Self.polls.replacing("getPoll", with: "getStats"))])
        #expect(problems.count == 1)
        #expect(problems[0].contains("the operationId 'getStats' is that of GET /api/stats and GET /api/polls/{id}"))
    }

    @Test(arguments: [
        ("operationId: getPoll", "", "has no operationId"),
        ("summary: One poll", "summary: ''", "has no summary"),
        ("tags: [polls]", "tags: []", "has no tags"),
        ("name: id", "name: other", "does not declare its parameter 'id'"),
        ("required: true", "required: false", "must be required"),
        ("schema: { type: string } }", "description: x }", "the parameter 'id' has no schema"),
        ("description: It.", "", "has no description"),
        (##"schema: { $ref: "#/components/schemas/Poll" }"##, "example: 1", "has no schema"),
        (##"schema: { $ref: "#/components/schemas/Poll" }"##, "schema: {}", "an open schema"),
        ("schemas/Poll", "schemas/Pool", "'#/components/schemas/Pool' leads nowhere"),
        ("schemas/Poll", "nothing", "'#/components/nothing' leads nowhere"),
        (##"$ref: "#/components/schemas/Poll""##, ##"$ref: "https://example.org/poll""##, "leads nowhere"),
        ("paths:", "servers: []\npaths:", "'servers' does not belong here"),
        ("    get:", "    fetch:", "'fetch' is no method"),
        ("/api/polls/{id}:", "api/polls/{id}:", "does not begin with /"),
        ("schemas:\n    Poll:", "shapes:\n    Poll:", "no such kind of component"),
        ("    Poll:", "    AnyJSON: { type: string }\n    Poll:", "components/schemas/AnyJSON belongs to the kernel"),
        ("components:", "components: [", "polls/openapi.yaml:"),
    ])
    func refusesAPartThatSaysTooLittle(text: String, replacement: String, expected: String) {
        #expect(Self.polls.contains(text))
        let problems = Self.problems([("polls", Self.polls.replacing(text, with: replacement))])
        #expect(problems.contains { $0.contains(expected) }, "\(problems)")
    }

    @Test func pointsToThePlace() {
        let problems = Self.problems([("polls", Self.polls.replacing("      operationId: getPoll\n", with: ""))])
        #expect(problems == ["polls/openapi.yaml:5:5: GET /api/polls/{id} has no operationId"])
    }

    @Test func isAssembledOnceForAllReaders() throws {
        let route = OpenAPIRoute { try Self.assemble([], routes: []) }
        let one = try route.document()
        #expect(one.body == (try route.document().body))
        #expect(one.status == .ok)
    }
}
