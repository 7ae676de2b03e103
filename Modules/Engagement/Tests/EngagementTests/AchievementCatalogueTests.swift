import Testing

@testable import Engagement

@Suite("Achievement catalogue")
struct AchievementCatalogueTests {
    @Test("Ids are unique, and no two are earned by the same figure")
    func unique() {
        let all = AchievementCatalogue.all
        #expect(Set(all.map(\.id)).count == all.count)
        #expect(Set(all.map { "\($0.metric) \($0.threshold)" }).count == all.count)
        #expect(all.allSatisfy { $0.threshold > 0 && $0.points > 0 && !$0.name.isEmpty && !$0.description.isEmpty })
    }

    @Test("Each is earned at its threshold and not before")
    func thresholds() {
        for achievement in AchievementCatalogue.all where achievement.metric != .founder {
            for (value, isEarned) in [(achievement.threshold - 1, false), (achievement.threshold, true)] {
                var figures = AchievementFigures(longestStreak: 0, totals: ActivityTotals())
                switch achievement.metric {
                case .streakDays: figures.longestStreak = value
                case .ships: figures.totals.ships = value
                case .messages: figures.totals.messages = value
                case .games: figures.totals.games = value
                case .invites: figures.totals.invites = value
                case .founder: break
                }
                #expect(achievement.isEarned(by: figures) == isEarned, "\(achievement.id) at \(value)")
            }
        }
    }

    @Test("The next ones are the nearest of each figure, and none is left at the end")
    func next() {
        let start = AchievementFigures(longestStreak: 0, totals: ActivityTotals())
        let first = AchievementCatalogue.next(after: start).map(\.id)
        #expect(first == ["first_day", "first_ship", "first_message", "first_game", "mentor"])
        let end = AchievementFigures(
            longestStreak: 100,
            totals: ActivityTotals(messages: 200, posts: 0, ships: 50, games: 25, invites: 10, founder: 1)
        )
        #expect(AchievementCatalogue.next(after: end).isEmpty)
        #expect(AchievementCatalogue.earned(by: end).count == AchievementCatalogue.all.count)
    }
}
