import Contracts
import Identity
import JSONText
import Kernel
import KernelTesting
import Postgres
import Synchronization
import Testing

@Suite("People")
struct DirectoryTests {
    @Test("An unknown name gets a placeholder, at most twenty a day for each sender; games' stores are nobody's")
    func placeholders() async throws {
        let clock = ManualClock()
        let probe = DirectoryProbe()
        try await withIdentity(clock: clock, and: [probe]) { service in
            _ = try await service.register("ada")
            _ = try await service.register("eve")
            let people = try #require(probe.people)
            #expect(try await people.person("grace") == nil)
            let grace = try await people.personOrPlaceholder(Handle("Grace-H"), madeBy: "ada")
            #expect(grace == Person(handle: "grace_h", shown: "grace-h", kind: .placeholder))
            let store = try await people.personOrPlaceholder(Handle("solo-hangman"), madeBy: "ada")
            #expect(store.kind == .system)
            for index in 0..<18 {
                _ = try await people.personOrPlaceholder(Handle("name\(index)"), madeBy: "ada")
            }
            await #expect(throws: PlaceholderLimitReached.self) {
                try await people.personOrPlaceholder(Handle("one-more"), madeBy: "ada")
            }
            // Known names cost nothing, and everybody has their own count.
            _ = try await people.personOrPlaceholder(Handle("name1"), madeBy: "ada")
            _ = try await people.personOrPlaceholder(Handle("one-more"), madeBy: "eve")
            clock.advance(by: .seconds(86_400))
            _ = try await people.personOrPlaceholder(Handle("next-day"), madeBy: "ada")
            #expect(try await people.people(["ada", "grace_h", "unknown"]).keys.sorted() == ["ada", "grace_h"])
            let token = try await service.register("grace-h")
            #expect(try await people.person("grace_h")?.kind == .human)
            #expect(token.isEmpty == false)
        }
    }

    @Test("What changes on one instance is known on the others")
    func changes() async throws {
        let clock = ManualClock()
        let probe = DirectoryProbe()
        try await withSharedDatabase { database in
            try await withIdentity(clock: clock, database: database) { first in
                try await withIdentity(clock: clock, database: database, and: [probe]) { _ in
                    let people = try #require(probe.people)
                    _ = try await people.personOrPlaceholder(Handle("grace"), madeBy: "vibe")
                    #expect(try await people.person("ada") == nil)
                    let ada = try await first.register("ada")
                    _ = try await first.register("grace")
                    try await eventually("the claims are heard") {
                        let kinds = try await [people.person("ada")?.kind, people.person("grace")?.kind]
                        return kinds == [.human, .human]
                    }
                    // 16:00 UTC, the next day in Auckland.
                    _ = try await first.client.post("/api/users", token: ada, json: ["timezone": "Pacific/Auckland"])
                    try await eventually("the time zone is heard") {
                        guard let person = try await people.person("ada") else { return false }
                        return people.day(of: person, at: clock.now) == "2026-01-09"
                    }
                }
            }
        }
    }

    @Test("Days follow the clocks of where people live, also on the days they change")
    func days() async throws {
        let probe = DirectoryProbe()
        try await withIdentity(and: [probe]) { _ in
            let people = try #require(probe.people)
            func day(_ zone: String, _ time: String) throws -> String {
                let person = Person(handle: "a", shown: "a", kind: .human, timeZone: zone)
                let microseconds = try #require(Timestamp.parse(time))
                return people.day(of: person, at: PostgresTimestamp(microseconds: microseconds))
            }
            #expect(try day("UTC", "2024-02-29T23:59:59Z") == "2024-02-29")
            #expect(try day("UTC", "1969-12-31T23:59:59Z") == "1969-12-31")
            #expect(try day("Europe/Berlin", "2026-03-28T23:30:00Z") == "2026-03-29")
            #expect(try day("Europe/Berlin", "2026-03-29T21:30:00Z") == "2026-03-29")
            #expect(try day("Europe/Berlin", "2026-03-29T22:30:00Z") == "2026-03-30")
            #expect(try day("America/New_York", "2026-11-01T04:30:00Z") == "2026-11-01")
            #expect(try day("America/New_York", "2026-11-02T04:30:00Z") == "2026-11-01")
            #expect(try day("No/Where", "2026-11-02T04:30:00Z") == "2026-11-02")
        }
    }
}

/// Takes hold of the directory, as other modules do.
final class DirectoryProbe: FeatureModule {
    let manifest = ModuleManifest(name: "probe", summary: "Looks at people", requires: ["identity"])
    let openAPI = "paths: {}\n"
    private let held = Mutex<(any PeopleDirectory)?>(nil)

    var people: (any PeopleDirectory)? { held.withLock { $0 } }

    func register(in registrar: ModuleRegistrar) throws {
        let people = try registrar.require((any PeopleDirectory).self)
        held.withLock { $0 = people }
    }
}
