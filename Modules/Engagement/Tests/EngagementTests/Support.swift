import Contracts
import HTTPTypes
import JSONText
import Kernel
import KernelTesting
import Postgres
import ServiceSettings
import Synchronization
import Testing

@testable import Engagement

/// The people of these tests. `grace_h` shows that keys and spellings differ, `bot` that agents are told apart.
let people = [
    Person(handle: "vibe", shown: "vibe", kind: .system),
    Person(handle: "ada", shown: "ada", kind: .human),
    Person(handle: "grace_h", shown: "grace-h", kind: .human),
    Person(handle: "bot", shown: "bot", kind: .agent),
    Person(handle: "eve", shown: "eve", kind: .human),
    // Half a day ahead of UTC: their day is another one than the service's.
    Person(handle: "kiwi", shown: "kiwi", kind: .human, timeZone: "Pacific/Auckland"),
]

/// For tests that count exactly while the clock stands still: what the database's own clock calls over is swept away.
let farAhead = PostgresTimestamp(microseconds: 4_102_444_800_000_000)

/// The service with Engagement and people, its rate limits out of the way.
///
/// - Parameters:
///   - blocked: whom every reader must not see.
///   - extra: further modules, such as one that takes note of events.
func withEngagement<Result>(
    settings: [String: String] = [:],
    clock: ManualClock? = nil,
    blocked: Set<String> = [],
    extra: [any FeatureModule] = [],
    _ body: (EngagementService) async throws -> Result
) async throws -> Result {
    let standIns = StandIns(blocked: blocked)
    var all = ["limits.reads_per_minute": "0"]
    for setting in EngagementModule().settings where setting.key.contains("_per_") { all[setting.key] = "0" }
    all.merge(settings) { $1 }
    return try await withTestService(
        modules: [StandInIdentity(people), standIns, EngagementModule()] + extra,
        settings: all,
        clock: clock
    ) { service in
        try await body(EngagementService(service: service, kernel: try #require(standIns.services)))
    }
}

/// A running service, and what tests ask of it again and again.
struct EngagementService: Sendable {
    let service: TestService
    let kernel: KernelServices

    var client: HTTPClient { service.client }
    var database: PostgresClient { service.database }

    func get(_ path: String, as handle: String? = nil) async throws -> HTTPAnswer {
        try await client.get(path, token: handle.map { service.token(of: $0) })
    }

    /// Sends JSON as somebody, or as nobody.
    func post(_ path: String, as handle: String? = nil, _ json: JSON) async throws -> HTTPAnswer {
        try await client.post(path, token: handle.map { service.token(of: $0) }, json: json)
    }

    /// Sends a body as it stands.
    func send(
        _ method: String = "POST",
        _ path: String,
        as handle: String? = nil,
        raw body: String
    ) async throws -> HTTPAnswer {
        try await client.request(method, path, token: handle.map { service.token(of: $0) }, body: .text(body))
    }

    /// The first column of one row.
    func value(_ query: PostgresQuery) async throws -> Int64 {
        try await database.read(query).first?.int64(0) ?? -1
    }

    /// How an answer differs from what the service's own document says; nothing when it is as documented.
    func undocumented(_ answer: HTTPAnswer, _ method: String, _ template: String) async throws -> [String] {
        let document = try await client.get("/openapi.json").json
        let validator = SchemaValidator(document: document)
        let responses = document["paths"]?[template]?[method]?["responses"]
        let documented = responses?["\(answer.status)"] ?? (answer.status >= 400 ? responses?["default"] : nil)
        let response = documented?["$ref"]?.string.flatMap(validator.resolve) ?? documented
        guard let schema = response?["content"]?["application/json"]?["schema"] else { return ["not documented"] }
        return validator.validate(try answer.json, against: schema)
    }

    /// The tables in which the text stands anywhere.
    func traces(of text: String) async throws -> [String] {
        let tables = try await database.read(
            "SELECT table_name::text FROM information_schema.tables WHERE table_schema = 'public'"
        )
        var found: [String] = []
        for table in tables.map({ $0.string(0) }) {
            let rows = try await value(
                "SELECT count(*) FROM \(unescaped: table) AS t WHERE t::text ILIKE \("%\(text)%")"
            )
            if rows > 0 { found.append(table) }
        }
        return found
    }

    /// What Identity does to erase somebody: every module's part, then the rename, in one transaction.
    func erase(_ handle: String) async throws {
        try await database.transaction { transaction in
            try await kernel.people.erase(handle, in: transaction)
            try await transaction.query(
                "UPDATE handles SET handle = 'deleted_1', shown = 'deleted', kind = 'erased' WHERE handle = \(handle)"
            )
        }
    }

    /// Everything the modules hold about somebody.
    func export(_ handle: String) async throws -> JSONValue {
        try JSONDocument(try await kernel.people.export(handle).bytes).root
    }

    /// What the modules add to somebody's profile.
    func profile(of handle: String, for viewer: String? = nil) async throws -> JSONValue {
        try JSONDocument(JSON.object(try await kernel.people.profile(of: handle, for: viewer)).bytes).root
    }
}

extension HTTPAnswer {
    /// Strings found at one path of every element of an array.
    func strings(_ array: String, _ path: String) -> [String] {
        value(at: array)?.elements.compactMap { $0.value(at: path)?.string } ?? []
    }
}

/// Takes the place of what other modules provide: claims as Identity makes them, blocks as SocialGraph knows them.
final class StandIns: FeatureModule, HandleClaims, BlockList {
    private struct State {
        var services: KernelServices?
        var directory: (any PeopleDirectory)?
    }

    private let state = Mutex(State())
    private let blocked: Set<String>

    init(blocked: Set<String> = []) {
        self.blocked = blocked
    }

    var services: KernelServices? { state.withLock { $0.services } }

    let manifest = ModuleManifest(name: "stand_ins", summary: "Other modules, for tests", requires: ["identity"])
    let openAPI = "paths: {}\n"

    func register(in registrar: ModuleRegistrar) throws {
        let directory = try registrar.require((any PeopleDirectory).self)
        state.withLock { $0 = State(services: registrar.services, directory: directory) }
        registrar.provide(self, as: (any HandleClaims).self)
        registrar.provide(self, as: (any BlockList).self)
    }

    func hidden(from reader: String) async throws -> Set<String> { blocked }

    func claim(_ handle: Handle, with statements: [PostgresQuery]) async throws -> ClaimedHandle {
        guard let services, let directory = state.withLock({ $0.directory }) else { throw APIError.unavailable() }
        if try await directory.person(handle.key) != nil {
            throw APIError(
                .conflict,
                code: "handle_taken",
                "@\(handle.spelling) is registered already.",
                field: "handle"
            )
        }
        let claim: PostgresQuery = "INSERT INTO handles (handle, shown) VALUES (\(handle.key), \(handle.spelling))"
        let batch = statements + [claim]
        _ = try await services.database.write(batch)
        services.events.committed(batch)
        let person = try await directory.personOrPlaceholder(handle, madeBy: "vibe")
        return ClaimedHandle(
            person: person,
            token: StandInIdentity.token(of: handle.key),
            sessionID: "session-of-\(handle.key)",
            genesisNumber: nil
        )
    }
}
