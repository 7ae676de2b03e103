import Contracts
import Postgres

/// What is known of a person before something new is counted.
struct PersonState: Sendable {
    var streak = Streak()
    var carried = Streak.Carried()
    var totals = ActivityTotals()
    /// The rows of those days that something new falls on, as far as there are any.
    var days: [PostgresDate: DayTally] = [:]
    /// All active days; needed only when a new one lies before the last.
    var history: [PostgresDate] = []

    var figures: AchievementFigures {
        AchievementFigures(longestStreak: streak.longest, totals: totals)
    }
}

/// Counts what one person did: the state before and the new facts in, the state after and what follows from it out.
///
/// The order of the facts makes no difference, nor does how they are cut into batches.
struct PersonFold: Sendable {
    let handle: String
    private(set) var state: PersonState
    private(set) var hasNewTotals = false
    /// Days with more on them than before.
    private(set) var changedDays: [PostgresDate: DayTally] = [:]
    /// Days that were not active before.
    private(set) var newDays: [PostgresDate] = []
    /// Runs that grew, oldest first.
    private(set) var extended: [StreakExtended] = []
    /// What the new figures earn and the old ones did not.
    private(set) var earned: [Achievement] = []
    /// All but the points of achievements, which depend on which are new, and the streak, which depends on the day.
    private(set) var scores: [ScoreKey: ScoreChange] = [:]
    /// Days on which somebody came in by a code of theirs.
    private(set) var inviteDays: [PostgresDate] = []

    /// - Parameter today: in UTC; says which months and weeks are still counted.
    init(_ handle: String, _ facts: [ActivityFact], before state: PersonState, today: PostgresDate) {
        self.handle = handle
        self.state = state
        let figures = state.figures
        for fact in facts { count(fact, today: today) }
        countDays(before: state.days, today: today)
        extendStreak()
        hasNewTotals = self.state.totals != state.totals
        earned = AchievementCatalogue.earned(by: self.state.figures).filter { !$0.isEarned(by: figures) }
    }

    private mutating func count(_ fact: ActivityFact, today: PostgresDate) {
        state.totals.count(fact)
        guard let day = fact.day else { return }
        if fact.kind.makesDayActive { state.days[day, default: DayTally()].count(fact.kind) }
        let periods = Period.counting(day, today: today)
        if fact.kind == .message { scores.add(1, to: .growth, of: handle, in: periods) }
        if fact.kind == .invite {
            scores.add(100, to: .growth, of: handle, in: periods)
            inviteDays.append(day)
        }
    }

    private mutating func countDays(before: [PostgresDate: DayTally], today: PostgresDate) {
        for (day, tally) in state.days where tally != before[day] {
            changedDays[day] = tally
            let periods = Period.counting(day, today: today)
            scores.add(tally.points - (before[day]?.points ?? 0), to: .activity, of: handle, in: periods)
            guard before[day] == nil else { continue }
            newDays.append(day)
            scores.add(1, to: .streaks, of: handle, in: periods.filter { $0 != .all })
        }
        newDays.sort()
    }

    private mutating func extendStreak() {
        guard let first = newDays.first else { return }
        if state.streak.isBefore(first) {
            for day in newDays {
                state.streak.extend(on: day)
                extended.append(StreakExtended(handle: handle, day: day.text, current: state.streak.run))
            }
        } else {
            // A day came late: what followed from those after it may be different now.
            let before = state.streak.run
            state.streak = Streak(days: state.history + newDays, carried: state.carried)
            guard state.streak.run > before, let last = state.streak.lastActive else { return }
            extended.append(StreakExtended(handle: handle, day: last.text, current: state.streak.run))
        }
    }
}

extension Streak {
    /// Whether a day can be added to the end.
    func isBefore(_ day: PostgresDate) -> Bool {
        lastActive.map { $0 < day } ?? true
    }
}
