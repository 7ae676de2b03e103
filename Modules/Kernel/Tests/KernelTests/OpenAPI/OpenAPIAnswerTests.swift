import HTTPTypes
import JSONText
import KernelTesting
import Logging
import NIOCore
import Testing

@testable import Kernel

/// The kernel's real answers against what its part of the document says of them.
@Suite struct OpenAPIAnswerTests {
    let document: OpenAPIDocument
    let state = ServiceState()

    init() throws {
        document = try OpenAPIDocumentTests.assemble(
            [("polls", OpenAPIDocumentTests.polls)],
            routes: [OpenAPIDocumentTests.pollsRoute]
        )
    }

    private func problems(_ path: String, _ response: APIResponse) -> [String] {
        document.problems(
            method: .get,
            path: path,
            status: response.status.code,
            contentType: response.headers[.contentType],
            body: Array(response.body.readableBytesView)
        )
    }

    private func routes() -> (HealthRoutes, StatsRoute) {
        let stats = StatsRoute(
            hooks: [
                {
                    [
                        ("total_registered", 3), ("users", 3), ("a_further_figure", 4.5),
                        (
                            "genesis",
                            [
                                "total": 3, "genesis_cap": 10, "genesis_remaining": 7, "genesis_open": true,
                                "message": "7 left",
                            ]
                        ),
                    ]
                }
            ],
            clock: .system,
            logger: LogFile().logger(.json)
        )
        let health = HealthRoutes(
            state: state,
            database: DatabaseProbe {},
            modules: [HealthCheck(name: "polls") { nil }],
            stats: stats,
            version: "1",
            clock: .system
        )
        return (health, stats)
    }

    @Test func theKernelsAnswersAreAsDocumented() async throws {
        state.schemaIsValid()
        state.ready()
        let (health, stats) = routes()
        let registry = MetricsRegistry()
        ProcessMetrics(registry: registry)
        #expect(problems("/livez", health.livez()) == [])
        #expect(problems("/readyz", try await health.readyz()) == [])
        #expect(problems("/api/health", await health.health(full: false)) == [])
        #expect(problems("/api/health?full=true", await health.health(full: true)) == [])
        #expect(problems("/api/db-health", try await health.databaseHealth()) == [])
        #expect(problems("/api/stats", await stats.stats()) == [])
        #expect(problems("/metrics", try MetricsRoute(registry: registry).metrics(authorization: nil)) == [])
        #expect(problems("/openapi.json", try OpenAPIRoute { document }.document()) == [])
    }

    @Test func findsWhatIsNotAsDocumented() {
        func problems(_ path: String, _ status: Int, _ type: String?, _ body: String) -> [String] {
            document.problems(method: .get, path: path, status: status, contentType: type, body: Array(body.utf8))
        }
        #expect(problems("/api/polls/7", 200, "application/json", #"{"question":"?"}"#) == [])
        #expect(
            problems("/api/polls/7", 200, "application/json; charset=utf-8", #"{"question":"?","payload":[1]}"#) == []
        )
        let wrong: [(String, Int, String?, String)] = [
            ("/api/polls/7", 200, "application/json", #"{"question":7}"#),
            ("/api/polls/7", 200, "application/json", #"{"question":"?","more":1}"#),
            ("/api/polls/7", 200, "application/json", "no json"),
            ("/api/polls/7", 200, "application/json", ""),
            ("/api/polls/7", 200, "text/html", "<p>"),
            ("/api/polls/7", 200, nil, #"{"question":"?"}"#),
            ("/api/polls/7", 201, "application/json", #"{"question":"?"}"#),
            ("/api/polls/7", 404, "application/json", #"{"error":{"code":"x"}}"#),
            ("/api/polls/7/votes", 200, "application/json", "{}"),
        ]
        for (path, status, type, body) in wrong { #expect(!problems(path, status, type, body).isEmpty, "\(body)") }
    }

    @Test func everyErrorHasTheSharedShape() {
        let error = """
            {"type":"urn:vibe:problem:not_found","title":"Not Found","status":404,"detail":"No.","instance":"r","code":"not_found",
            "success":false,"error":"No.","message":"No.","suggestions":[],"extra":{"any":1}}
            """
        #expect(
            document.problems(
                method: .get,
                path: "/api/polls/7",
                status: 404,
                contentType: "application/json",
                body: Array(error.utf8)
            ) == []
        )
    }

    @Test func aFixedPathWinsOverAParameter() {
        #expect(document.template(of: "/api/polls/7?x=/") == "/api/polls/{id}")
        #expect(document.template(of: "/api/stats") == "/api/stats")
        #expect(document.template(of: "/api") == nil)
    }
}
