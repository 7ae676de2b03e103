/// Everything that can be earned: the one table of definitions.
///
/// It is the union of the original's five lists, which disagreed. One figure earns one achievement; where two lists had
/// two names for it, the name of `achievements.json` stays (`month_streak`, not `consistency_champion`). The README
/// says what became of the rest.
enum AchievementCatalogue {
    /// In the order in which they are shown.
    static let all: [Achievement] = [
        streak("first_day", "First Day", 1, .bronze),
        streak("early_bird", "Early Bird", 3, .bronze),
        streak("week_streak", "Week Streak", 7, .silver),
        streak("consistency_king", "Consistency King", 14, .gold),
        streak("month_streak", "Month Streak", 30, .platinum),
        streak("century_club", "Century Club", 100, .diamond),

        counted("first_ship", "First Ship", .ships, 1, "Ship something", .bronze),
        counted("serial_shipper", "Serial Shipper", .ships, 5, "Ship 5 things", .silver),
        counted("ship_it", "Ship It", .ships, 10, "Ship 10 things", .silver),
        counted("prolific_shipper", "Prolific Shipper", .ships, 25, "Ship 25 things", .gold),
        counted("shipping_legend", "Shipping Legend", .ships, 50, "Ship 50 things", .platinum),

        counted("first_message", "First Words", .messages, 1, "Send a message", .bronze),
        counted("conversationalist", "Conversationalist", .messages, 50, "Send 50 messages", .silver),
        counted("connector", "Connector", .messages, 200, "Send 200 messages", .gold),

        counted("first_game", "First Game", .games, 1, "Play a game to its end", .bronze),
        counted("game_master", "Game Master", .games, 5, "Play 5 games to their end", .gold),
        counted("game_veteran", "Game Veteran", .games, 10, "Play 10 games to their end", .gold),
        counted("game_legend", "Game Legend", .games, 25, "Play 25 games to their end", .platinum),

        counted("mentor", "Mentor", .invites, 3, "Let 3 people in", .silver),
        counted("community_builder", "Community Builder", .invites, 10, "Let 10 people in", .special),

        counted("founding_ten", "Founding Ten", .founder, 10, "Be among the first 10", .special),
        counted("early_adopter", "Early Adopter", .founder, 49, "Be among the first 49", .special),
    ]

    private static let byID = Dictionary(uniqueKeysWithValues: all.map { ($0.id, $0) })

    static subscript(_ id: String) -> Achievement? { byID[id] }

    /// What the figures earn.
    static func earned(by figures: AchievementFigures) -> [Achievement] {
        all.filter { $0.isEarned(by: figures) }
    }

    /// The next one of each figure that grows.
    static func next(after figures: AchievementFigures) -> [Achievement] {
        let metrics: [Achievement.Metric] = [.streakDays, .ships, .messages, .games, .invites]
        return metrics.compactMap { metric in
            all.first { $0.metric == metric && !$0.isEarned(by: figures) }
        }
    }

    private static func streak(_ id: String, _ name: String, _ days: Int, _ tier: Achievement.Tier) -> Achievement {
        let description = days == 1 ? "Be active for a day" : "Be active \(days) days in a row"
        return counted(id, name, .streakDays, days, description, tier)
    }

    private static func counted(
        _ id: String,
        _ name: String,
        _ metric: Achievement.Metric,
        _ threshold: Int,
        _ description: String,
        _ tier: Achievement.Tier
    ) -> Achievement {
        Achievement(id: id, name: name, description: description, tier: tier, metric: metric, threshold: threshold)
    }
}
