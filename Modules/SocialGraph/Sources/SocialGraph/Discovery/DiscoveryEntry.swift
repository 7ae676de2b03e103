import Contracts
import Postgres

/// What the projection holds of one person, put together from what Identity tells and what they say here.
struct DiscoveryEntry: Sendable, Hashable {
    let handle: String
    let kind: Person.Kind
    let tier: Tier
    let visibility: ProfileVisibility
    let building: String?
    let interests: [String]
    let registeredAt: PostgresTimestamp
    /// `nil` for those never seen, and for those who wish not to be.
    let lastActiveAt: PostgresTimestamp?
    /// By what searches and filters find them; see ``Lexeme``. Nothing for the hidden.
    let lexemes: [String]
    /// By what suggestions find them.
    let topics: [String]
    /// What misspelt words are compared with.
    let words: [String]

    /// Words of one person by which they can be found.
    private static let wordLimit = 80

    /// `nil` for whoever is in no list: neither a person nor an agent.
    init?(_ profile: PublicProfile, _ own: OwnProfile) {
        guard [.human, .agent].contains(profile.person.kind) else { return nil }
        handle = profile.person.handle
        kind = profile.person.kind
        tier = Tier(profile)
        visibility = own.visibility
        building = profile.building
        interests = own.interests
        registeredAt = profile.registeredAt
        lastActiveAt = own.isInvisible ? nil : profile.lastActiveAt
        guard own.visibility != .hidden else {
            (lexemes, topics, words) = ([], [], [])
            return
        }
        let texts = [handle, profile.person.shown] + own.interests + [profile.building, own.bio].compactMap { $0 }
        let spelled = SearchWords.words(in: texts.joined(separator: "\n"), limit: Self.wordLimit)
        let spoken = SearchWords.spoken(spelled)
        words = spoken
        topics = Topics.own(interests: own.interests, buildingWords: Topics.buildingWords(profile.building))
        lexemes =
            Set(spelled + spoken).sorted() + own.interests.map(Lexeme.interest) + [
                Lexeme.tier(tier), Lexeme.kind(kind),
            ]
    }
}

/// What stands in the search index besides words, in forms that no word has.
enum Lexeme {
    static func interest(_ interest: String) -> String { Topics.interest(interest) }
    static func tier(_ tier: Tier) -> String { "tier:" + tier.rawValue }
    static func kind(_ kind: Person.Kind) -> String { "kind:" + kind.rawValue }
}
