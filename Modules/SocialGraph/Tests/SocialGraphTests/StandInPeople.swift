import Contracts
import Kernel
import Postgres
import Synchronization

/// Takes the place of what Identity tells of people and of who is here; a test says both.
final class StandInPeople: FeatureModule, PublicProfiles, LivePresence {
    private let known: Mutex<[String: PublicProfile]>
    private let present = Mutex<[LivePerson]>([])

    /// Everybody registered on 2025-01-01 and was last seen a year later, a week before the clock of the tests.
    init(_ people: [Person]) {
        known = Mutex(Dictionary(people.map { ($0.handle, Self.profile($0)) }) { _, last in last })
    }

    static let registered = PostgresTimestamp(microseconds: 1_735_689_600_000_000)
    static let seen = PostgresTimestamp(microseconds: 1_767_225_600_000_000)

    static func profile(
        _ person: Person,
        building: String? = nil,
        registeredAt: PostgresTimestamp = registered,
        lastActiveAt: PostgresTimestamp? = seen,
        genesisNumber: Int? = nil,
        verified: String = "none"
    ) -> PublicProfile {
        PublicProfile(
            person: person,
            building: building,
            registeredAt: registeredAt,
            lastActiveAt: lastActiveAt,
            genesisNumber: genesisNumber,
            verified: verified
        )
    }

    func set(_ profile: PublicProfile) {
        known.withLock { $0[profile.person.handle] = profile }
    }

    func remove(_ handle: String) {
        known.withLock { _ = $0.removeValue(forKey: handle) }
    }

    /// - Parameter people: the latest first.
    func setHere(_ people: [LivePerson]) {
        present.withLock { $0 = people }
    }

    let manifest = ModuleManifest(
        name: "stand_in_people",
        summary: "Profiles and presence for tests",
        requires: ["identity"]
    )
    let openAPI = "paths: {}\n"

    func register(in registrar: ModuleRegistrar) {
        registrar.provide(self, as: (any PublicProfiles).self)
        registrar.provide(self, as: (any LivePresence).self)
    }

    func profiles(of keys: some Collection<String> & Sendable) async throws -> [String: PublicProfile] {
        known.withLock { known in
            keys.reduce(into: [:]) { found, key in
                if let profile = known[key], ![.placeholder, .erased].contains(profile.person.kind) {
                    found[key] = profile
                }
            }
        }
    }

    func here(limit: Int) async -> [LivePerson] {
        present.withLock { Array($0.prefix(limit)) }
    }
}
