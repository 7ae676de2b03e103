import Postgres

/// What matching knows of a person.
struct Facets: Sendable, Hashable {
    let handle: String
    /// Normalised; see ``Interest``.
    var interests: [String] = []
    var building: String?
    var hours = ActiveHours(bits: 0)
    var registeredAt: PostgresTimestamp
    var lastActiveAt: PostgresTimestamp

    var buildingWords: [String] { Topics.buildingWords(building) }

    /// Under which topics a person is found, and which a dismissal is remembered by.
    var topics: [String] { Topics.own(interests: interests, buildingWords: buildingWords) }
}

/// Somebody who may be suggested.
struct Candidate: Sendable, Hashable {
    let facets: Facets
    /// How many friends both have.
    var mutualFriends = 0
}
