import Contracts
import Kernel
import Postgres

/// A streak as of today, where its owner lives.
struct StreakView: Sendable {
    let streak: Streak
    let today: PostgresDate

    /// Days of the run, 0 once it is over.
    var current: Int { streak.current(on: today) }
    var isActive: Bool { current > 0 }

    /// What it will be once a further day is counted. One before the last, as after a journey westward, shows then
    /// only.
    func adding(_ day: PostgresDate) -> StreakView {
        var longer = streak
        if streak.isBefore(day) { longer.extend(on: day) }
        return StreakView(streak: longer, today: today)
    }
}

/// Reads streaks with the day they are looked at.
struct StreakReaders: Sendable {
    let streaks: any StreakStore
    let days: any ActiveDayStore
    let directory: any PeopleDirectory
    let clock: WallClock

    /// Today, where this person lives; for unknown names, in UTC.
    func today(of handle: String) async throws -> PostgresDate {
        let now = clock.now
        guard let person = try await directory.person(handle) else { return PostgresDate(utc: now) }
        return today(of: person, at: now)
    }

    private func today(of person: Person, at now: PostgresTimestamp) -> PostgresDate {
        PostgresDate(text: directory.day(of: person, at: now)) ?? PostgresDate(utc: now)
    }

    func view(of handle: String) async throws -> StreakView {
        StreakView(streak: try await streaks.streak(of: handle).streak, today: try await today(of: handle))
    }

    /// The latest active days, oldest first.
    func recentDays(of handle: String, _ view: StreakView, limit: Int) async throws -> [PostgresDate] {
        let stored = try await days.recentDays(of: handle, limit: limit)
        // The last day may be in the streak and not yet among the days that are counted.
        let waiting = view.streak.lastActive.map { [$0] } ?? []
        return Array(Set(stored + waiting).sorted().suffix(limit))
    }
}
