/// Something that can be earned once, by reaching a figure.
struct Achievement: Hashable, Sendable {
    /// Stable: stored, and told in events.
    let id: String
    let name: String
    let description: String
    let tier: Tier
    let metric: Metric
    let threshold: Int

    /// What is counted.
    enum Metric: String, Hashable, Sendable {
        /// The longest run of days.
        case streakDays = "streak_days"
        case ships, messages, games
        /// People let in.
        case invites
        /// The number among the founders: earned by a number up to the threshold.
        case founder
    }

    /// How much it is worth. Source of tiers and points: the original's `badges.json`.
    enum Tier: String, Hashable, Sendable {
        case bronze, silver, gold, platinum, diamond, special

        var points: Int {
            switch self {
            case .bronze: 10
            case .silver: 25
            case .gold: 50
            case .platinum: 100
            case .diamond: 250
            case .special: 75
            }
        }
    }

    var points: Int { tier.points }

    func isEarned(by figures: AchievementFigures) -> Bool {
        guard let value = figures[metric] else { return false }
        return metric == .founder ? value <= threshold : value >= threshold
    }
}

/// The figures of one person that achievements look at.
struct AchievementFigures: Hashable, Sendable {
    var longestStreak: Int
    var totals: ActivityTotals

    /// `nil` for what a person does not have, such as a founder's number.
    subscript(_ metric: Achievement.Metric) -> Int? {
        switch metric {
        case .streakDays: longestStreak
        case .ships: totals.ships
        case .messages: totals.messages
        case .games: totals.games
        case .invites: totals.invites
        case .founder: totals.founder
        }
    }
}
