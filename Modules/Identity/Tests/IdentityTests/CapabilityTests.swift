import Contracts
import Crypto
import HTTPTypes
import JSONText
import Kernel
import KernelTesting
import Postgres
import Synchronization
import Testing

@Suite struct CapabilityTests {
    @Test func profilesAreReadTogether() async throws {
        let visitor = Visitor()
        try await withIdentity(and: [visitor]) { service in
            let ada = try await service.register("ada")
            _ = try await service.register("grace")
            _ = try await service.client.post("/api/users", token: ada, json: ["building": "an engine"])
            try await service.beat(ada, ["workingOn": "notes", "file": "a.swift"])
            let profiles = try visitor.require((any PublicProfiles).self)
            try await eventually {
                try await profiles.profiles(of: ["ada"])["ada"]?.lastActiveAt != nil
            }
            let found = try await profiles.profiles(of: ["ada", "grace", "vibe", "nobody"])
            #expect(Set(found.keys) == ["ada", "grace", "vibe"])
            #expect(found["ada"]?.building == "an engine")
            #expect(found["ada"]?.genesisNumber == 1)
            #expect(found["grace"]?.building == nil)

            let here = await (try visitor.require((any LivePresence).self)).here(limit: 10)
            #expect(Set(here.map(\.handle)) == ["ada", "grace"])
            #expect(here.first { $0.handle == "ada" }?.workingOn == "notes")
            #expect(here.first { $0.handle == "ada" }?.file == "a.swift")
            #expect(await (try visitor.require((any LivePresence).self)).here(limit: 1).count == 1)
        }
    }

    @Test func keysThatAnybodyCouldHaveWrittenAreNone() async throws {
        let visitor = Visitor()
        let key = TestKey()
        try await withIdentity(and: [visitor]) { service in
            _ = try await service.register("ada", ["publicKey": .string(key.text)])
            _ = try await service.database.write([
                "INSERT INTO handles (handle, shown, kind, carried_over) VALUES ('grace', 'grace', 'human', true)",
                "INSERT INTO users (username, public_key) VALUES ('grace', \(key.text))",
            ])
            let keys = try visitor.require((any SigningKeys).self)
            #expect(try await keys.key(of: "ada") == Array(key.key.publicKey.rawRepresentation))
            #expect(try await keys.key(of: "grace") == nil)
            #expect(try await keys.key(of: "nobody") == nil)
        }
    }

    @Test func otherModulesClaimHandles() async throws {
        let visitor = Visitor()
        try await withIdentity(settings: ["identity.genesis_cap": "1"], and: [visitor]) { service in
            let claims = try visitor.require((any HandleClaims).self)
            let claimed = try await claims.claim(
                Handle("Ada-L"),
                with: ["INSERT INTO visits (handle, what) VALUES ('invite', 'redeemed')"]
            )
            #expect(claimed.person.shown == "ada-l")
            #expect(claimed.person.handle == "ada_l")
            #expect(claimed.genesisNumber == 1)
            try await service.beat(claimed.token)
            #expect(try await visitor.visits(service) == ["ada_l claimed", "invite redeemed"])
        }
    }

    @Test func aFailingStatementUndoesTheClaim() async throws {
        let visitor = Visitor()
        try await withIdentity(and: [visitor]) { service in
            let claims = try visitor.require((any HandleClaims).self)
            await #expect {
                try await claims.claim(
                    Handle("ada"),
                    with: ["INSERT INTO visits (handle, what) VALUES ('x', 'once'), ('x', 'once')"]
                )
            } throws: {
                ($0 as? PostgresError)?.sqlState == .uniqueViolation
            }
            #expect(try await visitor.visits(service) == [])
            #expect(try await service.register("ada") != "")
        }
    }

    @Test(arguments: [
        ("ada", HTTPResponse.Status.conflict, "handle_taken"), ("admin", .badRequest, "reserved"),
        ("vibe", .badRequest, "reserved"), ("solo-chess", .badRequest, "reserved"),
    ])
    func aNameThatCannotBeHadIsRefused(name: String, status: HTTPResponse.Status, code: String) async throws {
        let visitor = Visitor()
        try await withIdentity(and: [visitor]) { service in
            _ = try await service.register("ada")
            let claims = try visitor.require((any HandleClaims).self)
            await #expect {
                try await claims.claim(Handle(name), with: [])
            } throws: { error in
                let error = error as? APIError
                return error?.status == status && error?.code == code && error?.suggestions.isEmpty == false
            }
        }
    }

    @Test func whatChangesAProfileIsTold() async throws {
        let visitor = Visitor()
        try await withIdentity(and: [visitor]) { service in
            let ada = try await service.register("ada")
            try await eventually { visitor.changes == ["ada"] }
            _ = try await service.client.post("/api/users", token: ada, json: ["building": "an engine"])
            try await eventually { visitor.changes == ["ada", "ada"] }
            // The same again is no news.
            _ = try await service.client.post("/api/users", token: ada, json: ["building": "an engine"])
            _ = try await service.client.post("/api/users", token: ada, json: ["timeZone": "Europe/Berlin"])
            try await eventually { visitor.changes == ["ada", "ada", "ada"] }
            // A stranger's words are none of hers.
            _ = try await service.client.post("/api/users", json: ["username": "ada", "building": "nonsense"])
            _ = try await service.register("grace")
            _ = try await service.client.post("/api/users", json: ["username": "grace", "building": "a compiler"])
            try await eventually { visitor.changes == ["ada", "ada", "ada", "grace", "grace"] }
        }
    }

    @Test func theInvisibleAreNotListed() async throws {
        let visitor = Visitor()
        try await withIdentity(and: [visitor]) { service in
            for name in ["ada", "grace"] { try await service.beat(service.register(name)) }
            let reader = try await service.register("reader")
            visitor.invisible.withLock { $0 = ["grace"] }
            #expect(try await Set(service.activeNames()) == ["vibe", "ada", "reader"])
            #expect(try await Set(service.activeNames(token: reader)) == ["vibe", "ada", "reader"])
            let who = try await service.client.get("/api/presence/who")
            #expect(who.value(at: "users")?.elements.contains { $0["handle"]?.string == "grace" } == false)
            visitor.invisible.withLock { $0 = [] }
            #expect(try await Set(service.activeNames()) == ["vibe", "ada", "grace", "reader"])
        }
    }
}

/// Asks Identity for what it offers, and has a claim of its own.
private final class Visitor: FeatureModule, Visibility {
    private let registrar = Mutex<ModuleRegistrar?>(nil)
    private let heard = Mutex<[String]>([])
    let invisible = Mutex<Set<String>>([])

    let manifest = ModuleManifest(name: "visitor", summary: "Visits", requires: ["identity"], tables: ["visits"])
    let migrations = [
        Migration(name: "0001_visits", sql: "CREATE TABLE visits (handle text, what text, UNIQUE (handle, what));")
    ]
    let openAPI = "paths: {}\n"

    func register(in registrar: ModuleRegistrar) throws {
        self.registrar.withLock { $0 = registrar }
        registrar.provide(self, as: (any Visibility).self)
        registrar.claim { handle, _ in ["INSERT INTO visits (handle, what) VALUES (\(handle), 'claimed')"] }
        registrar.handle(ProfileChanged.self, as: "changes") { [self] event, _ in
            heard.withLock { $0.append(event.handle) }
        }
    }

    var changes: [String] { heard.withLock { $0.sorted() } }

    func require<Capability>(_ type: Capability.Type) throws -> Capability {
        try #require(registrar.withLock { $0 }).require(type)
    }

    func visits(_ service: TestService) async throws -> [String] {
        try await service.database.read("SELECT handle || ' ' || what FROM visits ORDER BY 1").map { $0.string(0) }
    }

    func invisible(among keys: some Collection<String> & Sendable, to viewer: String?) async throws -> Set<String> {
        invisible.withLock { $0.intersection(keys) }
    }
}
