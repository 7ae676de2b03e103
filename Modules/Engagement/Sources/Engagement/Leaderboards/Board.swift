import Postgres

/// What people are ranked by; `leaderboard_scores.board`.
enum Board: String, CaseIterable, Hashable, Sendable {
    /// Days of the run that is not over; in a month or a week, days active.
    case streaks
    /// Points of what was earned.
    case achievements
    /// Points of active days, see ``DayTally/points``.
    case activity
    /// 100 for each person let in and 1 for each message, as the original's growth score.
    case growth
}

/// Over which time a board counts.
enum BoardWindow: String, CaseIterable, Hashable, Sendable {
    case all, month, week
}

/// One month, one week, or all time; `leaderboard_scores.period`.
struct Period: Hashable, Comparable, Sendable {
    /// `all`, a month as `2026-01`, a week as its Monday, `2026-01-05`.
    let text: String

    static let all = Period(text: "all")

    init(text: String) {
        self.text = text
    }

    /// The month or the week of a day.
    init(_ window: BoardWindow, of day: PostgresDate) {
        switch window {
        case .all: self = .all
        case .month: text = day.monthStart.monthText
        case .week: text = day.weekStart.text
        }
    }

    static func < (left: Period, right: Period) -> Bool { left.text < right.text }

    /// The periods to which what happened on a day adds, as long as they are kept.
    static func counting(_ day: PostgresDate, today: PostgresDate) -> [Period] {
        var periods = [all]
        if day >= today.monthStart.adding(-1).monthStart { periods.append(Period(.month, of: day)) }
        if day >= today.weekStart.adding(-7) { periods.append(Period(.week, of: day)) }
        return periods
    }

    /// Whether it is over for so long that it need not be kept: neither this nor the last month or week.
    func isStale(on today: PostgresDate) -> Bool {
        switch text.utf8.count {
        case 7: text < today.monthStart.adding(-1).monthText
        case 10: text < today.weekStart.adding(-7).text
        default: false
        }
    }
}
