import JSONText

/// Why somebody is suggested.
struct MatchReason: Sendable, Hashable {
    enum Kind: String, Sendable, Hashable, CaseIterable {
        case sharedInterests = "shared_interests"
        case closeInterests = "close_interests"
        case sameBuilding = "same_building"
        case complementary
        case sameHours = "same_hours"
        case mutualFriends = "mutual_friends"
    }

    let kind: Kind
    let points: Int
    /// A sentence for the one to whom the person is suggested.
    let text: String

    var json: JSON { ["kind": .string(kind.rawValue), "text": .string(text)] }
}

extension [MatchReason] {
    var json: JSON { .array(map(\.json)) }
}

/// How well a person fits another, and why.
struct Match: Sendable, Hashable {
    let candidate: Candidate
    /// 0 to 100.
    let score: Int
    /// At most three, the weightiest first, at least one.
    let reasons: [MatchReason]
}
