import Contracts
import JSONText
import Kernel
import KernelTesting
import Postgres

@testable import SocialGraph

/// People for discovery, and what the stand-in tells of them.
struct Crowd {
    let people: [Person]
    let standIn: StandInPeople

    init(_ names: [String], agents: [String] = []) {
        people =
            names.map { Person(handle: $0.replacing("-", with: "_"), shown: $0, kind: .human) }
            + agents.map { Person(handle: $0, shown: $0, kind: .agent) }
        standIn = StandInPeople(people)
    }

    func person(_ handle: String) -> Person {
        people.first { $0.handle == handle } ?? Person(handle: handle, shown: handle, kind: .placeholder)
    }
}

extension DiscoveryIndex {
    init(_ database: PostgresClient, _ people: any PublicProfiles, clock: WallClock = .system) {
        self.init(
            store: PostgresDiscoveryStore(database: database),
            profiles: PostgresProfileStore(database: database),
            people: people,
            clock: clock
        )
    }
}

extension TestService {
    /// Puts everybody of the stand-in into the projection, as events would.
    func index(_ crowd: Crowd) async throws {
        for person in crowd.people { try await index(person.handle, crowd) }
    }

    func index(_ handle: String, _ crowd: Crowd) async throws {
        let index = DiscoveryIndex(database, crowd.standIn)
        try await database.transaction { try await index.refresh(handle, in: $0) }
    }

    /// Changes a profile and brings the projection up to date at once.
    @discardableResult
    func change(_ handle: String, _ profile: JSON, _ crowd: Crowd) async throws -> HTTPAnswer {
        let answer = try await call(.patch, "/api/profile", as: handle, profile)
        try await index(handle, crowd)
        return answer
    }

    func run(_ statements: PostgresQuery...) async throws {
        _ = try await database.write(statements)
    }
}
