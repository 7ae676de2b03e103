import Postgres

/// Compares some people's figures with their history, in one transaction, and puts right what differs if asked to.
struct RecomputeStep: Sendable {
    typealias Entry = EngagementMaintenance.Report.Entry

    private(set) var people = 0
    private(set) var awarded: [Entry] = []
    private(set) var withdrawn: [Entry] = []
    private(set) var corrected: [String] = []
    /// Where the next step begins; `nil` after the last one.
    private(set) var last: String?

    private static let limit = 200

    /// - Parameter handle: people after this one, in the order of handles.
    init(after handle: String, apply: Bool, in transaction: PostgresTransaction) async throws {
        try await transaction.query(ActivityInbox.lock)
        let stored = try await transaction.query(AchievementQueries.totals(after: handle, limit: Self.limit))
            .map { AchievementQueries.total($0) }
        people = stored.count
        last = stored.count == Self.limit ? stored.last?.handle : nil
        let handles = stored.map(\.handle)
        let history = try await PersonHistories(of: handles, in: transaction)

        var totals: [(handle: String, totals: ActivityTotals)] = []
        var points: [ScoreKey: ScoreChange] = [:]
        for (handle, known) in stored {
            let counted = history.totals(of: handle, keeping: known)
            let streak = history.streak(of: handle)
            if counted != known || streak != history.stored[handle]?.streak {
                corrected.append(handle)
                totals.append((handle, counted))
            }
            let earned = AchievementCatalogue.earned(
                by: AchievementFigures(longestStreak: streak.longest, totals: counted)
            ).map(\.id)
            let held = history.held[handle] ?? []
            let new = earned.filter { !held.contains($0) }
            let gone = held.filter { !earned.contains($0) }
            awarded += new.map { Entry(handle: handle, achievement: $0) }
            withdrawn += gone.map { Entry(handle: handle, achievement: $0) }
            let sum = earned.reduce(0) { $0 + Int64(AchievementCatalogue[$1]?.points ?? 0) }
            // What is found out only now was earned in some other month and week.
            points[ScoreKey(handle: handle, board: .achievements, period: .all)] = .set(sum)
        }
        guard apply else { return }
        try await Scoreboard.apply(points, in: transaction)
        try await put(totals, history, in: transaction)
    }

    private func put(
        _ totals: [(handle: String, totals: ActivityTotals)],
        _ history: PersonHistories,
        in transaction: PostgresTransaction
    ) async throws {
        try await transaction.query([
            AchievementQueries.store(totals),
            // Whether the run is over, and its place on the board, depend on where its owner lives: as one whose
            // midnight has passed, the service looks at it next.
            StreakQueries.store(corrected.map { ($0, history.streak(of: $0), .negativeInfinity) }),
            AchievementQueries.award(awarded.map { ($0.handle, $0.achievement) }, at: .now),
            AchievementQueries.withdraw(withdrawn.map { ($0.handle, $0.achievement) }),
        ])
    }
}

/// What is stored of several people, and the days from which it follows.
private struct PersonHistories: Sendable {
    private(set) var stored: [String: StreakRow] = [:]
    private(set) var held: [String: [String]] = [:]
    private var days: [String: [PostgresDate]] = [:]
    private var sums: [String: ActivityTotals] = [:]

    init(of handles: [String], in transaction: PostgresTransaction) async throws {
        let rows = try await transaction.query([
            StreakQueries.streaks(of: handles), StreakQueries.history(of: handles),
            AchievementQueries.history(of: handles), AchievementQueries.held(by: handles),
        ])
        for row in rows[0] {
            let row = try StreakQueries.row(row)
            stored[row.handle] = row
        }
        for row in rows[1] { days[row.string(0), default: []].append(try row.decode(PostgresDate.self, 1)) }
        for row in rows[2] {
            sums[row.string(0)] = ActivityTotals(
                messages: Int(row.int64(1)),
                posts: Int(row.int64(2)),
                ships: Int(row.int64(3)),
                games: Int(row.int64(4))
            )
        }
        for row in rows[3] { held[row.string(0), default: []].append(row.string(1)) }
    }

    func streak(of handle: String) -> Streak {
        Streak(days: days[handle] ?? [], carried: stored[handle]?.carried ?? Streak.Carried())
    }

    /// What the days add up to. Invites and the founder's number belong to no day, and stay.
    func totals(of handle: String, keeping known: ActivityTotals) -> ActivityTotals {
        var totals = sums[handle] ?? ActivityTotals()
        totals.invites = known.invites
        totals.founder = known.founder
        return totals
    }
}
