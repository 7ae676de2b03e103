import JSONText
import Postgres

/// What this part of the module owes a person: all that it holds about them, and its removal.
struct ActivityHistory: Sendable {
    let database: PostgresClient

    func export(_ handle: String) async throws -> [(String, JSON)] {
        let days = try await database.read(
            """
            SELECT day, messages, posts, ships, games
            FROM active_days
            WHERE handle = \(handle)
            ORDER BY day
            """
        ).map { row -> JSON in
            let tally = StreakQueries.tally(row, from: 1)
            return [
                "day": .day(try row.decode(PostgresDate.self, 0)), "messages": .int(tally.messages),
                "posts": .int(tally.posts), "ships": .int(tally.ships), "games": .int(tally.games),
            ]
        }
        let held = try await database.read(AchievementQueries.held(by: [handle])).map { row -> JSON in
            let held = AchievementQueries.held(row)
            return [
                "id": .string(held.id), "earned_at": .timestamp(held.earnedAt.microseconds),
                "showcase": held.showcase.map { .int($0) } ?? .null,
            ]
        }
        let scores = try await database.read(LeaderboardQueries.scores(of: handle)).map { row -> JSON in
            ["board": .string(row.string(1)), "period": .string(row.string(2)), "score": .int(Int(row.int64(3)))]
        }
        return [
            ("streak", try await streak(of: handle)), ("active_days", .array(days)), ("achievements", .array(held)),
            ("totals", try await totals(of: handle)), ("scores", .array(scores)),
        ]
    }

    private func streak(of handle: String) async throws -> JSON {
        guard let row = try await database.read(StreakQueries.streaks(of: [handle])).first else { return .null }
        let streak = try StreakQueries.row(row).streak
        return [
            "run": .int(streak.run), "longest": .int(streak.longest), "total_days": .int(streak.totalDays),
            "last_active": .day(streak.lastActive), "frozen_on": .day(streak.frozenOn),
        ]
    }

    private func totals(of handle: String) async throws -> JSON {
        guard let row = try await database.read(AchievementQueries.totals(of: [handle])).first else { return .null }
        let totals = AchievementQueries.total(row).totals
        return [
            "messages": .int(totals.messages), "posts": .int(totals.posts), "ships": .int(totals.ships),
            "games": .int(totals.games), "invites": .int(totals.invites),
            "founder": totals.founder.map { .int($0) } ?? .null,
        ]
    }

    /// Removes everything; the counts behind the ranks go down with it. Figures of whole days stay: they name nobody.
    static func erase(_ handle: String, in transaction: PostgresTransaction) async throws {
        try await transaction.query(ActivityInbox.lock)
        try await Scoreboard.remove(handle, in: transaction)
        try await transaction.query([
            "DELETE FROM activity_inbox WHERE handle = \(handle)",
            "DELETE FROM achievements WHERE handle = \(handle)",
            "DELETE FROM activity_totals WHERE handle = \(handle)",
            "DELETE FROM streaks WHERE username = \(handle)",
            "DELETE FROM active_days WHERE handle = \(handle)",
        ])
    }
}
