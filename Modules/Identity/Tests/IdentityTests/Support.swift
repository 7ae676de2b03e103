import Identity
import JSONText
import Kernel
import KernelTesting
import Postgres
import Synchronization
import Testing

/// Runs the service with Identity alone, without limits unless a test sets them.
func withIdentity<Result>(
    settings: [String: String] = [:],
    clock: ManualClock? = nil,
    database: TestDatabase? = nil,
    and others: [any FeatureModule] = [],
    isolation: isolated (any Actor)? = #isolation,
    _ body: (TestService) async throws -> Result
) async throws -> Result {
    var values = [
        "identity.registers_per_hour": "0", "identity.sign_ins_per_hour": "0", "identity.checks_per_minute": "0",
        "identity.presence_per_minute": "0", "identity.profile_writes_per_minute": "0",
        "identity.unverified_names_per_day": "0", "identity.key_proofs_per_hour": "0",
        "identity.key_rotations_per_hour": "0", "identity.api_keys_per_hour": "0", "identity.carryovers_per_day": "0",
        "identity.exports_per_hour": "0", "limits.reads_per_minute": "0",
    ]
    values.merge(settings) { _, override in override }
    func run(_ database: TestDatabase) async throws -> Result {
        try await withTestService(
            modules: [IdentityModule()] + others,
            settings: values,
            clock: clock,
            database: database,
            body
        )
    }
    if let database { return try await run(database) }
    return try await withSharedDatabase(and: others) { try await run($0) }
}

/// A database for one or more services. So many at a time as the server has connections for.
func withSharedDatabase<Result>(
    and others: [any FeatureModule] = [],
    isolation: isolated (any Actor)? = #isolation,
    _ body: (TestDatabase) async throws -> Result
) async throws -> Result {
    await gate.enter()
    defer { gate.leave() }
    return try await withTestDatabase(modules: [IdentityModule()] + others, body)
}

/// Runs two services on one database.
func withTwoIdentities<Result>(
    settings: [String: String] = [:],
    clock: ManualClock? = nil,
    isolation: isolated (any Actor)? = #isolation,
    _ body: (TestService, TestService) async throws -> Result
) async throws -> Result {
    try await withSharedDatabase { database in
        try await withIdentity(settings: settings, clock: clock, database: database) { first in
            try await withIdentity(settings: settings, clock: clock, database: database) { second in
                try await body(first, second)
            }
        }
    }
}

extension TestService {
    /// Claims a handle and gives its token.
    func register(_ name: String, _ more: JSON = [:]) async throws -> String {
        let answer = try await client.post("/api/presence", json: Self.registering(name, more))
        #expect(answer.status == 200, "\(answer)")
        return try #require(answer.string(at: "token"), "\(answer)")
    }

    static func registering(_ name: String, _ more: JSON = [:]) -> JSON {
        guard case .object(let members) = more else { return more }
        return .object([("action", "register"), ("username", .string(name))] + members)
    }

    /// Sends a heartbeat and gives the answer.
    @discardableResult
    func beat(_ token: String, _ body: JSON = [:], path: String = "/api/presence") async throws -> HTTPAnswer {
        let answer = try await client.post(path, token: token, json: body)
        #expect(answer.status == 200, "\(answer)")
        return answer
    }

    /// Reads, and checks the answer against the API document.
    func documented(
        _ method: RouteMethod,
        _ path: String,
        token: String? = nil,
        json: JSON? = nil
    ) async throws -> HTTPAnswer {
        let answer = try await client.request(
            method.rawValue,
            path,
            token: token,
            body: json.map { .json($0) } ?? .none
        )
        #expect(try await document().problems(answer, method: method, path: path) == [])
        return answer
    }

    /// The service's API document: the same for all tests of this target.
    private func document() async throws -> OpenAPIDocument {
        if let document = knownDocument.withLock({ $0 }) { return document }
        let served = try await client.get("/openapi.json").json
        let part = IdentityModule().openAPI
        let routes = try #require(served["paths"]).members.flatMap { path, item in
            RouteMethod.allCases.filter { item[$0.rawValue.lowercased()] != nil }.map { method in
                (method: method, path: path, module: part.contains("\n  \(path):") ? "identity" : "kernel")
            }
        }
        let document = try OpenAPIDocument.assemble(
            info: .init(version: "1", description: "The API under test."),
            modules: [(name: "identity", yaml: part)],
            routes: routes
        )
        knownDocument.withLock { $0 = document }
        return document
    }

    /// Whether somebody is in the list of those who are active.
    func activeNames(token: String? = nil) async throws -> [String] {
        let answer = try await client.get("/api/presence", token: token)
        return answer.value(at: "active")?.elements.compactMap { $0["username"]?.string } ?? []
    }
}

private let knownDocument = Mutex<OpenAPIDocument?>(nil)

private let gate = Gate(places: 5)

/// Lets so many tests through at a time.
private final class Gate: Sendable {
    private let state: Mutex<(free: Int, waiting: [CheckedContinuation<Void, Never>])>

    init(places: Int) {
        state = Mutex((places, []))
    }

    func enter() async {
        await withCheckedContinuation { continuation in
            let isFree = state.withLock { state in
                guard state.free > 0 else {
                    state.waiting.append(continuation)
                    return false
                }
                state.free -= 1
                return true
            }
            if isFree { continuation.resume() }
        }
    }

    func leave() {
        let next = state.withLock { state -> CheckedContinuation<Void, Never>? in
            guard state.waiting.isEmpty else { return state.waiting.removeFirst() }
            state.free += 1
            return nil
        }
        next?.resume()
    }
}
