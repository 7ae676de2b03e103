import JSONText
import Postgres

/// Achievements as clients see them.
enum AchievementJSON {
    /// What can be earned.
    static func definition(_ achievement: Achievement) -> [(String, JSON)] {
        [
            ("id", .string(achievement.id)),
            ("name", .string(achievement.name)),
            ("description", .string(achievement.description)),
            ("tier", .string(achievement.tier.rawValue)),
            ("points", .int(achievement.points)),
            (
                "criteria",
                ["metric": .string(achievement.metric.rawValue), "threshold": .int(achievement.threshold)]
            ),
        ]
    }

    /// What was earned; `nil` for what is in the catalogue no longer.
    static func held(_ held: HeldAchievement) -> JSON? {
        AchievementCatalogue[held.id].map { achievement in
            .object(
                definition(achievement) + [
                    ("earned_at", .timestamp(held.earnedAt.microseconds)),
                    ("showcase", held.showcase.map { .int($0) } ?? .null),
                ]
            )
        }
    }

    /// How far somebody is on the way to an achievement.
    static func progress(_ achievement: Achievement, _ value: Int) -> JSON {
        [
            "id": .string(achievement.id), "name": .string(achievement.name),
            "metric": .string(achievement.metric.rawValue), "value": .int(value),
            "threshold": .int(achievement.threshold),
        ]
    }
}
