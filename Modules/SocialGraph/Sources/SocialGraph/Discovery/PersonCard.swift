import Contracts
import JSONText
import Postgres

/// A person as lists of people show them.
struct PersonCard: Sendable {
    /// From Identity, read for the answer: names and what somebody builds are always those of now.
    let profile: PublicProfile
    let tier: Tier
    let interests: [String]
    let lastActiveAt: PostgresTimestamp
    var bio: String?
    var avatar: String?

    var members: [(String, JSON)] {
        [
            ("handle", .string(profile.person.shown)),
            ("isAgent", .bool(profile.person.isAgent)),
            ("tier", .string(tier.rawValue)),
            ("genesisNumber", profile.genesisNumber.map { .int($0) } ?? .null),
            ("building", profile.building.json),
            ("bio", bio.json),
            ("avatar", avatar.json),
            ("interests", .array(interests.map { .string($0) })),
            ("lastActive", .timestamp(lastActiveAt.microseconds)),
        ]
    }
}

extension String? {
    var json: JSON { map { .string($0) } ?? .null }
}
