import Postgres

/// What is known of several people, read in the transaction of the one who counts.
struct PersonStates: Sendable {
    private var states: [String: PersonState] = [:]
    /// Those who have a streak, over or not.
    private(set) var withStreak: Set<String> = []

    subscript(_ handle: String) -> PersonState { states[handle] ?? PersonState() }

    /// - Parameter facts: what is about to be counted, by person.
    init(
        of handles: Set<String>,
        _ facts: [String: [ActivityFact]],
        in transaction: PostgresTransaction
    ) async throws {
        var days: [String: Set<PostgresDate>] = [:]
        for (handle, facts) in facts {
            days[handle] = Set(facts.filter(\.kind.makesDayActive).compactMap(\.day))
        }
        let rows = try await transaction.query([
            StreakQueries.streaks(of: Array(handles)),
            AchievementQueries.totals(of: Array(handles)),
            StreakQueries.days(days.flatMap { handle, days in days.map { (handle: handle, day: $0) } }),
        ])
        for row in rows[0] {
            let row = try StreakQueries.row(row)
            states[row.handle, default: PersonState()].streak = row.streak
            states[row.handle, default: PersonState()].carried = row.carried
            withStreak.insert(row.handle)
        }
        for row in rows[1] {
            let (handle, totals) = AchievementQueries.total(row)
            states[handle, default: PersonState()].totals = totals
        }
        for row in rows[2] {
            let day = try row.decode(PostgresDate.self, 1)
            states[row.string(0), default: PersonState()].days[day] = StreakQueries.tally(row, from: 2)
        }
        try await readHistory(of: days.filter { isLate($0.value, $0.key) }.map(\.key), in: transaction)
    }

    /// Whether a day that is not known yet lies before the last one.
    private func isLate(_ days: Set<PostgresDate>, _ handle: String) -> Bool {
        let state = self[handle]
        return days.contains { state.days[$0] == nil && !state.streak.isBefore($0) }
    }

    private mutating func readHistory(of handles: [String], in transaction: PostgresTransaction) async throws {
        guard !handles.isEmpty else { return }
        for row in try await transaction.query(StreakQueries.history(of: handles)) {
            states[row.string(0), default: PersonState()].history.append(try row.decode(PostgresDate.self, 1))
        }
    }
}
