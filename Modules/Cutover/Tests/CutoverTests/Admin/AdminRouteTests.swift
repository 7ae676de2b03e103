import JSONText
import Kernel
import KernelTesting
import Postgres
import Testing

@testable import Cutover

@Suite struct AdminRouteTests {
    private let token = "an-operator-token-of-tests"

    /// The service with a KV, identity backfilled.
    private func withCutover(
        settings: [String: String] = [:],
        isBackfilled: Bool = true,
        _ body: (TestService) async throws -> Void
    ) async throws {
        let modules: [any FeatureModule] = [CutoverModule()]
        try await TestRedis.with { redis, _ in
            try await withTestDatabase(modules: modules) { database in
                if isBackfilled {
                    try await EvidenceStore(database: database.client).recordBackfill(of: .identity, begunIn: 0)
                }
                let all = ["kv.url": redis.url, "cutover.operator_token": token].merging(settings) { $1 }
                try await withTestService(modules: modules, settings: all, database: database, body)
            }
        }
    }

    private func call(_ service: TestService, _ body: JSON?, token: String? = nil) async throws -> HTTPAnswer {
        let token = token ?? self.token
        let path = "/api/admin/cutover"
        let answer =
            if let body {
                try await service.client.post(path, token: token, json: body)
            } else {
                try await service.client.get(path, token: token)
            }
        let document = try await service.client.get("/openapi.json").json
        let responses = document["paths"]?[path]?[body == nil ? "get" : "post"]?["responses"]
        let documented = responses?["\(answer.status)"] ?? responses?["default"]
        let validator = SchemaValidator(document: document)
        let response = documented?["$ref"]?.string.flatMap(validator.resolve) ?? documented
        if let schema = response?["content"]?["application/json"]?["schema"] {
            #expect(validator.validate(try answer.json, against: schema) == [])
        } else if answer.status < 400 {
            Issue.record("not documented")
        }
        return answer
    }

    @Test("only the operator's token opens it, and without one it is not there")
    func token() async throws {
        try await withCutover { service in
            let answer = try await call(service, nil)
            #expect(answer.status == 200)
            #expect(try await call(service, nil, token: "an-operator-token-of-other").status == 401)
            #expect(try await service.client.get("/api/admin/cutover").status == 401)
        }
        try await withTestService(modules: [CutoverModule()]) { service in
            let answer = try await service.client.get("/api/admin/cutover", token: token)
            #expect(answer.status == 404)
        }
    }

    @Test("a data set goes on and back, as far as its gate lets it, and by force")
    func change() async throws {
        try await withCutover { service in
            var answer = try await call(service, ["set": "messages", "action": "advance", "by": "ada"])
            #expect(answer.status == 200)
            #expect(answer.string(at: "sets[0].phase") == "dual_write")
            answer = try await call(service, ["set": "consent", "action": "advance", "by": "ada"])
            #expect(answer.status == 409)
            #expect(answer.string(at: "code") == "gate_closed")
            answer = try await call(service, ["set": "messages", "action": "advance", "by": "ada", "force": true])
            #expect(answer.string(at: "code") == "reason_required")
            answer = try await call(
                service,
                ["set": "messages", "action": "advance", "by": "ada", "force": true, "reason": "a test"]
            )
            #expect(answer.string(at: "sets[0].phase") == "postgres_reads")
            answer = try await call(service, ["set": "messages", "action": "retreat", "by": "ada"])
            #expect(answer.string(at: "sets[0].phase") == "dual_write")
            #expect(try await call(service, ["set": "messages", "action": "abort", "by": "ada"]).status == 409)
            #expect(try await call(service, nil).status == 200)
        }
    }

    @Test("bad input is 400 and names the field")
    func badInput() async throws {
        let bodies: [(String, JSON)] = [
            ("set", ["action": "advance", "by": "ada"]), ("set", ["set": "nothing", "action": "advance", "by": "ada"]),
            ("set", ["set": 1, "action": "advance", "by": "ada"]), ("action", ["set": "board", "by": "ada"]),
            ("action", ["set": "board", "action": "jump", "by": "ada"]), ("by", ["set": "board", "action": "advance"]),
            ("by", ["set": "board", "action": "advance", "by": " "]),
            ("force", ["set": "board", "action": "advance", "by": "ada", "force": "yes"]),
            ("reason", ["set": "board", "action": "advance", "by": "ada", "reason": "\u{0}"]),
        ]
        try await withCutover { service in
            for (field, body) in bodies {
                let answer = try await call(service, body)
                #expect(answer.status == 400)
                #expect(answer.string(at: "field") == field || answer.string(at: "detail")?.contains(field) == true)
            }
        }
    }

    @Test("the start is refused with one line: identity not backfilled, a gate that is closed")
    func refusals() async throws {
        let notBackfilled = await #expect(throws: StartFailure.self) {
            try await withCutover(isBackfilled: false) { _ in }
        }
        #expect(notBackfilled?.description.contains("identity is not backfilled") == true)
        let closed = await #expect(throws: StartFailure.self) {
            try await withCutover(settings: ["cutover.use_postgres_messages": "true"]) { _ in }
        }
        #expect(closed?.description.contains("USE_POSTGRES_MESSAGES") == true)
        try await withCutover(settings: ["cutover.use_postgres_users": "true"]) { service in
            let answer = try await call(service, nil)
            #expect(answer.status == 200)
        }
    }
}
