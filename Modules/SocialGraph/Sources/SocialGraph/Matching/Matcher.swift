import Postgres

/// Scores people for one viewer. Pure: the same input gives the same answer.
///
/// The points are those of the original's clients (`_discovery.js` and `tools/discover.js`), which nobody's server
/// computed: the same interest 20, a close one 12, the same building 50 or 8 for each shared word, complementary work
/// 15, the same hours 15 or 8; friends of friends and what was dismissed before are new.
struct Matcher: Sendable {
    let viewer: Facets
    /// How often somebody with this topic was dismissed by the viewer lately.
    let dismissedTopics: [String: Int]
    let now: PostgresTimestamp

    /// Whoever scores no more is not suggested, as in the original.
    static let threshold = 10
    static let reasonLimit = 3

    private let words: Set<String>
    private let clusters: Set<InterestCluster>

    init(viewer: Facets, dismissedTopics: [String: Int] = [:], now: PostgresTimestamp) {
        self.viewer = viewer
        self.dismissedTopics = dismissedTopics
        self.now = now
        words = Set(viewer.buildingWords)
        clusters = InterestCluster.clusters(of: viewer.interests)
    }

    /// The best matches, ties by the latest activity and then by name, so that an order does not change by itself.
    func best(of candidates: [Candidate], limit: Int) -> [Match] {
        Array(
            candidates.compactMap(match).sorted { one, other in
                (one.score, one.candidate.facets.lastActiveAt, other.candidate.facets.handle)
                    > (other.score, other.candidate.facets.lastActiveAt, one.candidate.facets.handle)
            }.prefix(limit)
        )
    }

    /// `nil` for whom nothing speaks.
    func match(_ candidate: Candidate) -> Match? {
        let other = candidate.facets
        let reasons = [
            sharedInterests(other), building(other), complementary(other), mutualFriends(candidate),
            closeInterests(other), sameHours(other),
        ].compactMap { $0 }.sorted { ($0.points, $1.kind.rawValue) > ($1.points, $0.kind.rawValue) }
        let score = min(100, reasons.reduce(0) { $0 + $1.points } + recency(other))
        guard !reasons.isEmpty, score > Self.threshold else { return nil }
        return Match(candidate: candidate, score: score, reasons: Array(reasons.prefix(Self.reasonLimit)))
    }

    private func sharedInterests(_ other: Facets) -> MatchReason? {
        let shared = viewer.interests.filter(other.interests.contains)
        guard !shared.isEmpty else { return nil }
        let points = shared.reduce(0.0) { $0 + 20 * weight(Topics.interest($1)) }
        return MatchReason(
            kind: .sharedInterests,
            points: min(60, Int(points)),
            text: "You both care about \(Words.list(shared.prefix(3)))."
        )
    }

    private func closeInterests(_ other: Facets) -> MatchReason? {
        // Only what is not the same already: that counts as shared.
        let theirs = other.interests.filter { !viewer.interests.contains($0) }
        let close = InterestCluster.allCases.filter {
            clusters.contains($0) && InterestCluster.clusters(of: theirs).contains($0)
        }
        guard let first = close.first else { return nil }
        return MatchReason(
            kind: .closeInterests,
            points: 12 * min(2, close.count),
            text: "You are both into \(first.name)."
        )
    }

    private func building(_ other: Facets) -> MatchReason? {
        if let mine = viewer.building, let theirs = other.building, !words.isEmpty,
            mine.lowercased() == theirs.lowercased()
        {
            return MatchReason(kind: .sameBuilding, points: 50, text: "You are building the same thing.")
        }
        let shared = other.buildingWords.filter(words.contains)
        guard !shared.isEmpty else { return nil }
        let points = shared.reduce(0.0) { $0 + 8 * weight($1) }
        return MatchReason(
            kind: .sameBuilding,
            points: min(40, Int(points)),
            text: "What you both build is about \(Words.list(shared.prefix(3)))."
        )
    }

    private func complementary(_ other: Facets) -> MatchReason? {
        let theirs = other.interests + other.buildingWords
        var pairs: [(String, String)] = []
        for term in viewer.interests + viewer.buildingWords {
            if let match = theirs.first(where: { Complements.areComplementary(term, $0) }) {
                pairs.append((term, match))
            }
        }
        guard let (mine, match) = pairs.first else { return nil }
        return MatchReason(
            kind: .complementary,
            points: 15 * min(2, pairs.count),
            text: "Your work complements theirs: \(mine) and \(match)."
        )
    }

    /// Without names: who is whose friend is not the suggestion's to tell.
    private func mutualFriends(_ candidate: Candidate) -> MatchReason? {
        let count = candidate.mutualFriends
        guard count > 0 else { return nil }
        return MatchReason(
            kind: .mutualFriends,
            points: 10 * min(3, count),
            text: count == 1 ? "You have a friend in common." : "You have \(count) friends in common."
        )
    }

    private func sameHours(_ other: Facets) -> MatchReason? {
        let overlap = viewer.hours.overlap(with: other.hours)
        guard overlap >= 0.25 else { return nil }
        return MatchReason(
            kind: .sameHours,
            points: overlap >= 0.5 ? 15 : 8,
            text: "You are usually here at the same hours."
        )
    }

    /// No reason by itself: somebody who was here today is easier to meet.
    private func recency(_ other: Facets) -> Int {
        now.microseconds - other.lastActiveAt.microseconds < 86_400_000_000 ? 5 : 0
    }

    /// Each dismissal of somebody with the topic takes a quarter of its weight, down to one.
    private func weight(_ topic: String) -> Double {
        max(0.25, 1 - 0.25 * Double(dismissedTopics[topic] ?? 0))
    }
}

/// Lists in sentences.
enum Words {
    /// `a`, `a and b`, `a, b and c`.
    static func list(_ items: some Collection<String>) -> String {
        let items = Array(items)
        guard let last = items.last, items.count > 1 else { return items.first ?? "" }
        return items.dropLast().joined(separator: ", ") + " and " + last
    }
}
