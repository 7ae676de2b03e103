import Contracts
import Identity
import JSONText
import Kernel
import KernelTesting
import Postgres
import Testing

@testable import SocialGraph

@Suite("Discovery's projection", .serialized)
struct DiscoveryIndexTests {
    @Test("Events of all three kinds bring a person up to date")
    func events() async throws {
        let crowd = Crowd(["ada"])
        try await withSocialGraph(crowd.people, crowd.standIn) { service in
            func deliver(_ event: some DomainEvent, to handler: String, _ payload: JSON) async throws {
                try await service.run(
                    """
                    INSERT INTO outbox (handler, event, version, payload)
                    VALUES (
                        \("social_graph." + handler), \(type(of: event).name), 1,
                        \(PostgresJSON(String(decoding: payload.bytes, as: UTF8.self)))
                    )
                    """
                )
            }
            func isBuilding(_ text: String) async throws -> Bool {
                try await service.value("SELECT count(*) FROM discovery_people WHERE building = \(text)") == 1
            }
            crowd.standIn.set(StandInPeople.profile(crowd.person("ada"), building: "one"))
            try await deliver(
                HandleRegistered(handle: "ada", genesisNumber: nil, isAgent: false),
                to: "index_registered",
                ["handle": "ada", "isAgent": false]
            )
            try await eventually { try await isBuilding("one") }
            crowd.standIn.set(StandInPeople.profile(crowd.person("ada"), building: "two"))
            try await deliver(ProfileChanged(handle: "ada"), to: "index_profile", ["handle": "ada"])
            try await eventually { try await isBuilding("two") }
            crowd.standIn.set(StandInPeople.profile(crowd.person("ada"), building: "three"))
            try await deliver(
                PersonActive(handle: "ada", day: "2026-01-08", isAgent: false),
                to: "index_activity",
                ["handle": "ada", "day": "2026-01-08", "isAgent": false]
            )
            try await eventually { try await isBuilding("three") }
            // One's own change raises the event.
            try await service.call(.patch, "/api/profile", as: "ada", ["interests": ["tea"]])
            try await eventually {
                try await service.value("SELECT count(*) FROM person_topics WHERE topic = '#tea'") == 1
            }
        }
    }

    @Test("A change replaces words and topics, and forgets words that nobody has any more")
    func replacing() async throws {
        let crowd = Crowd(["ada", "eve"])
        try await withSocialGraph(crowd.people, crowd.standIn) { service in
            try await service.change("ada", ["bio": "secret project", "interests": ["rust"]], crowd)
            try await service.change("eve", ["bio": "another project"], crowd)
            try await service.change("ada", ["bio": "nothing", "interests": ["tea"]], crowd)
            let words = try await service.database.read("SELECT word FROM search_words ORDER BY word COLLATE \"C\"")
            #expect(words.map { $0.string(0) } == ["ada", "another", "eve", "nothing", "project", "tea"])
            let topics = try await service.database.read("SELECT handle || topic FROM person_topics")
            #expect(topics.map { $0.string(0) } == ["ada#tea"])
            // The hidden are found by nothing.
            try await service.change("ada", ["visibility": "hidden"], crowd)
            #expect(try await service.value("SELECT count(*) FROM person_topics") == 0)
            #expect(try await service.value("SELECT count(*) FROM search_words WHERE word = 'tea'") == 0)
            #expect(try await service.value("SELECT length(search) FROM discovery_people WHERE handle = 'ada'") == 0)
        }
    }

    @Test("The activity of the invisible stays as it was; others move on, never back")
    func activity() async throws {
        let crowd = Crowd(["ada"])
        try await withSocialGraph(crowd.people, crowd.standIn) { service in
            func seen(_ microseconds: Int64) async throws -> Int64 {
                let time = PostgresTimestamp(microseconds: microseconds)
                crowd.standIn.set(StandInPeople.profile(crowd.person("ada"), lastActiveAt: time))
                try await service.index("ada", crowd)
                let rows = try await service.database.read("SELECT last_active_at FROM discovery_people")
                return rows[0].timestamp(0).microseconds
            }
            let start = StandInPeople.seen.microseconds
            #expect(try await seen(start) == start)
            #expect(try await seen(start + 5) == start + 5)
            #expect(try await seen(start) == start + 5)
            try await service.call(.patch, "/api/profile", as: "ada", ["invisible": true])
            #expect(try await seen(start + 9) == start + 5)
        }
    }

    @Test("Who was there before the module is added in steps, and a stop in between loses nothing")
    func filling() async throws {
        let names = (0..<1_203).map { "person\($0)" }
        let crowd = Crowd(names, agents: ["bot"])
        let modules: [any FeatureModule] = [StandInIdentity(crowd.people), crowd.standIn, SocialGraphModule()]
        try await withTestDatabase(modules: modules) { database in
            _ = try await database.client.write(
                """
                INSERT INTO handles (handle, shown, kind)
                SELECT name, name, CASE name WHEN 'bot' THEN 'agent' ELSE 'human' END
                FROM unnest(\(names + ["bot"])) AS name
                UNION ALL SELECT 'nobody', 'nobody', 'placeholder'
                """
            )
            func count() async throws -> Int64 {
                try await database.client.read("SELECT count(*) FROM discovery_people").first?.int64(0) ?? -1
            }
            let clock = ManualClock()
            // Stops after the first step, as a killed process would: the second look at the clock cancels.
            let store = StoppingStore(PostgresDiscoveryStore(database: database.client), steps: 1)
            let stopped = DiscoveryIndex(
                store: store,
                profiles: PostgresProfileStore(database: database.client),
                people: crowd.standIn,
                clock: clock.wallClock
            )
            await #expect(throws: StoppingStore.Stopped.self) { try await stopped.fill() }
            let partly = try await count()
            #expect(partly == 500)

            let index = DiscoveryIndex(database.client, crowd.standIn, clock: clock.wallClock)
            try await index.fill()
            #expect(try await count() == 1_204)
            // Whoever is missing later is found by the next day's round, not before.
            _ = try await database.client.write("DELETE FROM discovery_people WHERE handle = 'person7'")
            try await index.fill()
            #expect(try await count() == 1_203)
            clock.advance(by: .seconds(86_401))
            try await index.fill()
            #expect(try await count() == 1_204)
        }
    }

    @Test("Hours gather for four weeks, are kept for four more, and then are gone")
    func hours() async throws {
        let crowd = Crowd(["ada"])
        try await withSocialGraph(crowd.people, crowd.standIn) { service in
            try await service.index("ada", crowd)
            let store = PostgresDiscoveryStore(database: service.database)
            func note(_ bits: Int32, period: Int32) async throws -> [Int64] {
                try await store.noteHours(
                    [("ada", ActiveHours(bits: bits)), ("nobody", ActiveHours(bits: 1))],
                    period: period
                )
                let row = try await service.database.read("SELECT active_hours, earlier_hours FROM discovery_people")[0]
                return [row.int64(0), row.int64(1)]
            }
            #expect(try await note(0b001, period: 10) == [0b001, 0])
            #expect(try await note(0b010, period: 10) == [0b011, 0])
            #expect(try await note(0b010, period: 10) == [0b011, 0])
            #expect(try await note(0b100, period: 11) == [0b100, 0b011])
            #expect(try await note(0b001, period: 13) == [0b001, 0])
        }
    }

    @Test("Two who bring the same person up to date do not overtake each other")
    func serialised() async throws {
        let crowd = Crowd(["ada"])
        try await withSocialGraph(crowd.people, crowd.standIn) { service in
            let index = DiscoveryIndex(service.database, crowd.standIn)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 1...12 {
                    group.addTask {
                        crowd.standIn.set(StandInPeople.profile(crowd.person("ada"), building: "version \(number)"))
                        try await service.database.transaction { try await index.refresh("ada", in: $0) }
                    }
                }
                try await group.waitForAll()
            }
            let last = try await crowd.standIn.profiles(of: ["ada"])["ada"]?.building
            #expect(try await service.value("SELECT count(*) FROM discovery_people WHERE building = \(last)") == 1)
        }
    }

    @Test("With the real Identity: registering and changing a profile lead to being found")
    func realIdentity() async throws {
        let modules: [any FeatureModule] = [IdentityModule(), SocialGraphModule()]
        try await withTestService(modules: modules) { service in
            var tokens: [String: String] = [:]
            for name in ["ada-l", "grace"] {
                let answer = try await service.client.post(
                    "/api/presence",
                    json: ["action": "register", "username": .string(name), "workingOn": "a compiler"]
                )
                tokens[name] = answer.string(at: "token")
            }
            let token = try #require(tokens["ada-l"])
            let changed = try await service.client.request(
                "PATCH",
                "/api/profile",
                token: token,
                body: .json(["interests": ["rust"]])
            )
            #expect(changed.status == 200)
            try await eventually {
                try await service.client.get("/api/explore?interest=rust").strings("people", "handle") == ["ada-l"]
            }
            #expect(try await service.client.get("/api/profiles/ada_l").string(at: "profile.username") == "ada-l")
            // Invisible to presence, too.
            _ = try await service.client.request(
                "PATCH",
                "/api/profile",
                token: token,
                body: .json(["invisible": true])
            )
            let list = try await service.client.get("/api/presence", token: tokens["grace"])
            #expect(list.status == 200)
            #expect(!list.text.contains("ada-l"))
        }
    }
}

/// Fails after some steps of the filling.
private final class StoppingStore: DiscoveryStore {
    struct Stopped: Error {}

    private let store: PostgresDiscoveryStore
    private let steps: Int

    init(_ store: PostgresDiscoveryStore, steps: Int) {
        self.store = store
        self.steps = steps
    }

    func fill(
        _ entries: @Sendable (_ free: @Sendable ([String]) async throws -> [String]) async throws -> [DiscoveryEntry]
    ) async throws {
        let filling = try await store.filling()
        guard filling.after.isEmpty else { throw Stopped() }
        try await store.fill(entries)
    }

    func lock(_ handle: String, in transaction: PostgresTransaction) async throws -> Bool {
        try await store.lock(handle, in: transaction)
    }

    func write(_ entry: DiscoveryEntry, in transaction: PostgresTransaction) async throws {
        try await store.write(entry, in: transaction)
    }

    func remove(_ handle: String, in transaction: PostgresTransaction) async throws {
        try await store.remove(handle, in: transaction)
    }

    func handles(after: String, limit: Int) async throws -> [(handle: String, isIndexed: Bool)] {
        try await store.handles(after: after, limit: limit)
    }

    func filling() async throws -> Filling { try await store.filling() }

    func setFilling(_ filling: Filling) async throws { try await store.setFilling(filling) }

    func noteHours(_ hours: [(handle: String, hours: ActiveHours)], period: Int32) async throws {
        try await store.noteHours(hours, period: period)
    }

    func newcomers(among handles: [String], since: PostgresTimestamp) async throws -> Set<String> {
        try await store.newcomers(among: handles, since: since)
    }
}
