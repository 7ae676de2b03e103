import Contracts
import JSONText
import Kernel
import KernelTesting
import Postgres
import Testing

@testable import SocialGraph

/// The people of these tests. `grace_h` shows that keys and spellings differ, `bot` that agents are told apart.
let people = [
    Person(handle: "vibe", shown: "vibe", kind: .system),
    Person(handle: "ada", shown: "ada", kind: .human),
    Person(handle: "grace_h", shown: "grace-h", kind: .human),
    Person(handle: "bot", shown: "bot", kind: .agent),
    Person(handle: "eve", shown: "eve", kind: .human),
]

/// The service with SocialGraph and people, its rate limits out of the way.
///
/// - Parameters:
///   - standIn: profiles and presence; by default of people of whom there is nothing to tell.
///   - others: further modules.
func withSocialGraph<Result>(
    _ people: [Person] = people,
    _ standIn: StandInPeople? = nil,
    settings: [String: String] = [:],
    clock: ManualClock? = nil,
    and others: [any FeatureModule] = [],
    database: TestDatabase? = nil,
    isolation: isolated (any Actor)? = #isolation,
    _ body: (TestService) async throws -> Result
) async throws -> Result {
    var all = [
        "social_graph.changes_per_minute": "0", "social_graph.code_tries_per_hour": "0", "limits.reads_per_minute": "0",
    ]
    all.merge(settings) { $1 }
    let modules = [StandInIdentity(people), standIn ?? StandInPeople(people)] + others + [SocialGraphModule()]
    func run(_ database: TestDatabase) async throws -> Result {
        try await withTestService(modules: modules, settings: all, clock: clock, database: database, body)
    }
    if let database { return try await run(database) }
    return try await withSocialDatabase(modules) { try await run($0) }
}

extension TestService {
    /// Asks as a person of the stand-in, and checks the answer against the API document.
    @discardableResult
    func call(_ method: RouteMethod, _ path: String, as handle: String? = nil, _ json: JSON? = nil) async throws
        -> HTTPAnswer
    {
        let answer = try await client.request(
            method.rawValue,
            path,
            token: handle.map { token(of: $0) },
            body: json.map { .json($0) } ?? .none
        )
        #expect(try await undocumented(answer, method, path) == [], "\(method.rawValue) \(path): \(answer)")
        return answer
    }

    /// Sends a body as it stands.
    func call(_ method: RouteMethod, _ path: String, as handle: String, raw body: String) async throws -> HTTPAnswer {
        try await client.request(method.rawValue, path, token: token(of: handle), body: .text(body))
    }

    /// The first column of one row.
    func value(_ query: PostgresQuery) async throws -> Int64 {
        try await database.read(query).first?.int64(0) ?? -1
    }

    /// What the service's own document says of an answer; nothing when it is as documented.
    func undocumented(_ answer: HTTPAnswer, _ method: RouteMethod, _ path: String) async throws -> [String] {
        let document = try await client.get("/openapi.json").json
        let validator = SchemaValidator(document: document)
        let wanted = path.prefix { $0 != "?" }.split(separator: "/")
        let template = document["paths"]?.members.map(\.key).filter { template in
            let parts = template.split(separator: "/")
            return parts.count == wanted.count && zip(parts, wanted).allSatisfy { $0.hasPrefix("{") || $0 == $1 }
        }.min { $0.count { $0 == "{" } < $1.count { $0 == "{" } }
        let responses = template.flatMap { document["paths"]?[$0]?[method.rawValue.lowercased()]?["responses"] }
        let documented = responses?["\(answer.status)"] ?? (answer.status >= 400 ? responses?["default"] : nil)
        let response = documented?["$ref"]?.string.flatMap(validator.resolve) ?? documented
        guard let schema = response?["content"]?["application/json"]?["schema"] else { return ["not documented"] }
        return validator.validate(try answer.json, against: schema)
    }
}

extension HTTPAnswer {
    /// Strings found at one path of every element of an array.
    func strings(_ array: String, _ path: String) -> [String] {
        value(at: array)?.elements.compactMap { $0.value(at: path)?.string } ?? []
    }
}
