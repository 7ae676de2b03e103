import Postgres

/// Streaks as every store of them knows them: the figures of one person, and those of several.
protocol StreakStore: Sendable {
    /// The figures of one person, with what happened up to this moment.
    func streak(of handle: String) async throws -> StreakRow

    /// The figures of several, as counted so far; those without any are left out.
    func streaks(of handles: [String]) async throws -> [String: StreakRow]
}

/// The days that streaks are made of, which only Postgres keeps.
protocol ActiveDayStore: Sendable {
    /// Whether somebody was active on a day.
    func isActive(_ handle: String, on day: PostgresDate) async throws -> Bool

    /// The latest active days that are counted, latest first.
    func recentDays(of handle: String, limit: Int) async throws -> [PostgresDate]

    /// What somebody did on the days of a range, oldest first.
    func days(
        of handle: String,
        from first: PostgresDate,
        through last: PostgresDate
    ) async throws -> [(day: PostgresDate, tally: DayTally)]

    /// People active on a day, and people who were let in ever.
    func dailyFigures(on day: PostgresDate) async throws -> (people: Int, invites: Int)
}

struct PostgresStreakStore: StreakStore, ActiveDayStore {
    let database: PostgresClient

    func streak(of handle: String) async throws -> StreakRow {
        guard let row = try await database.read(StreakQueries.streak(of: handle)).first else {
            return StreakRow(handle: handle, streak: Streak(), carried: Streak.Carried())
        }
        let known = try StreakQueries.row(row)
        let waiting = try row.decode([PostgresDate].self, 8).sorted()
        var streak = known.streak
        if let first = waiting.first {
            if streak.isBefore(first) {
                for day in waiting { streak.extend(on: day) }
            } else {
                let history = try await database.read(StreakQueries.history(of: [handle]))
                let days = try history.map { try $0.decode(PostgresDate.self, 1) }
                streak = Streak(days: days + waiting, carried: known.carried)
            }
        }
        return StreakRow(handle: handle, streak: streak, carried: known.carried)
    }

    func streaks(of handles: [String]) async throws -> [String: StreakRow] {
        guard !handles.isEmpty else { return [:] }
        let rows = try await database.read(StreakQueries.streaks(of: handles)).map { try StreakQueries.row($0) }
        return Dictionary(rows.map { ($0.handle, $0) }) { $1 }
    }

    func isActive(_ handle: String, on day: PostgresDate) async throws -> Bool {
        try await database.read(StreakQueries.isActive(handle, on: day)).first?.bool(0) ?? false
    }

    func recentDays(of handle: String, limit: Int) async throws -> [PostgresDate] {
        try await database.read(StreakQueries.recentDays(of: handle, limit: limit)).map {
            try $0.decode(PostgresDate.self, 0)
        }
    }

    func days(
        of handle: String,
        from first: PostgresDate,
        through last: PostgresDate
    ) async throws -> [(day: PostgresDate, tally: DayTally)] {
        try await database.read(StreakQueries.days(of: handle, from: first, through: last)).map { row in
            (try row.decode(PostgresDate.self, 0), StreakQueries.tally(row, from: 1))
        }
    }

    func dailyFigures(on day: PostgresDate) async throws -> (people: Int, invites: Int) {
        let row = try await database.read(StreakQueries.dailyFigures(on: day)).first
        return (Int(row?.int64(0) ?? 0), Int(row?.int64(1) ?? 0))
    }
}
