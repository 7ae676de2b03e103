import Contracts
import JSONText
import Kernel
import KernelTesting
import Postgres
import Testing

@testable import Messaging

/// The people of these tests. `grace_h` shows that keys and spellings differ, `bot` that agents are told apart.
let people = [
    Person(handle: "vibe", shown: "vibe", kind: .system),
    Person(handle: "ada", shown: "ada", kind: .human),
    Person(handle: "grace_h", shown: "grace-h", kind: .human),
    Person(handle: "bot", shown: "bot", kind: .agent),
    Person(handle: "eve", shown: "eve", kind: .human),
]

/// The service with Messaging and people, its rate limits out of the way.
func withMessaging<Result>(
    settings: [String: String] = [:],
    clock: ManualClock? = nil,
    consent: FixedConsent? = nil,
    keys: FixedKeys? = nil,
    _ body: (TestService) async throws -> Result
) async throws -> Result {
    var modules: [any FeatureModule] = [StandInIdentity(people)]
    if let consent { modules.append(consent) }
    if let keys { modules.append(keys) }
    modules.append(MessagingModule())
    var all = [
        "messaging.messages_per_minute": "0", "messaging.searches_per_minute": "0", "limits.reads_per_minute": "0",
    ]
    all.merge(settings) { $1 }
    return try await withTestService(modules: modules, settings: all, clock: clock, body)
}

extension TestService {
    @discardableResult
    func send(_ from: String, _ to: String, _ text: String, id: String? = nil) async throws -> HTTPAnswer {
        var message: [(String, JSON)] = [("to", .string(to)), ("text", .string(text))]
        if let id { message.append(("id", .string(id))) }
        return try await client.post("/api/messages", token: token(of: from), json: .object(message))
    }

    func get(_ path: String, as handle: String) async throws -> HTTPAnswer {
        try await client.get(path, token: token(of: handle))
    }

    /// Sends a body as it stands.
    func post(_ path: String = "/api/messages", as handle: String, raw body: String) async throws -> HTTPAnswer {
        try await client.request("POST", path, token: token(of: handle), body: .text(body))
    }

    /// Asks for something to be changed.
    @discardableResult
    func call(_ method: String, _ path: String, as handle: String, _ body: JSON? = nil) async throws -> HTTPAnswer {
        let body = body.map { HTTPBody.json($0) } ?? .none
        return try await client.request(method, path, token: token(of: handle), body: body)
    }

    /// Takes what was sent into the search index now, which otherwise happens within seconds.
    func index() async throws {
        let store = PostgresMessageStore(database: database)
        while try await store.index(limit: 1_000) {}
    }

    /// The tables that hold a text anywhere.
    func traces(of text: String) async throws -> [String] {
        let tables = try await database.read(
            "SELECT table_name::text FROM information_schema.tables WHERE table_schema = 'public' ORDER BY 1"
        ).map { $0.string(0) }
        var found: [String] = []
        for table in tables {
            let rows: PostgresQuery =
                "SELECT count(*) FROM \(unescaped: table) AS line WHERE line::text ~ \("(^|[^a-z])" + text)"
            if try await value(rows) > 0 { found.append(table) }
        }
        return found
    }

    /// The first column of one row.
    func value(_ query: PostgresQuery) async throws -> Int64 {
        try await database.read(query).first?.int64(0) ?? -1
    }

    /// What the service's own document says of an answer; nothing when it is as documented.
    func undocumented(_ answer: HTTPAnswer, _ method: String, _ template: String) async throws -> [String] {
        let document = try await client.get("/openapi.json").json
        let validator = SchemaValidator(document: document)
        let documented = document["paths"]?[template]?[method]?["responses"]?["\(answer.status)"]
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

    func rawText(at path: String) -> String? {
        value(at: path).map { String(decoding: $0.raw, as: UTF8.self) }
    }
}

/// Takes SocialGraph's place: answers as it is told, and keeps records in a table of its own.
final class FixedConsent: FeatureModule, ConsentCapability, BlockList {
    let state: ConsentDecision.State
    let refusal: ConsentRefused.Reason?
    let blocked: Set<String>

    init(_ state: ConsentDecision.State = .accepted, refusal: ConsentRefused.Reason? = nil, blocked: Set<String> = []) {
        self.state = state
        self.refusal = refusal
        self.blocked = blocked
    }

    let manifest = ModuleManifest(name: "social_graph", summary: "Consent for tests", tables: ["consent_records"])
    let migrations = [
        Migration(
            name: "0001_consent",
            sql: "CREATE TABLE consent_records (sender text, recipient text, preview text);"
        )
    ]
    let openAPI = "paths: {}\n"

    func register(in registrar: ModuleRegistrar) throws {
        registrar.provide(self, as: (any ConsentCapability).self)
        registrar.provide(self, as: (any BlockList).self)
    }

    func check(from sender: Person, to recipient: Person) async throws -> ConsentDecision {
        if let refusal { throw ConsentRefused(refusal) }
        return ConsentDecision(from: sender.handle, to: recipient.handle, state: state, isFirstContact: true)
    }

    func record(_ decision: ConsentDecision, preview: String) -> [PostgresQuery] {
        ["INSERT INTO consent_records VALUES (\(decision.from), \(decision.to), \(preview))"]
    }

    func hidden(from reader: String) async throws -> Set<String> { blocked }
}

/// Takes Identity's place as the one who knows keys.
final class FixedKeys: FeatureModule, SigningKeys {
    let keys: [String: [UInt8]]

    init(_ keys: [String: [UInt8]]) { self.keys = keys }

    let manifest = ModuleManifest(name: "keys", summary: "Keys for tests")
    let migrations: [Migration] = []
    let openAPI = "paths: {}\n"

    func register(in registrar: ModuleRegistrar) throws {
        registrar.provide(self, as: (any SigningKeys).self)
    }

    func key(of handle: String) async throws -> [UInt8]? { keys[handle] }
}
