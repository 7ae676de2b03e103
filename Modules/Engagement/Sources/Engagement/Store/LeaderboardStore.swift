import Postgres

/// Somebody's place on a board. The same score is the same rank, and the next one counts all those before it: 1, 2, 2,
/// 4.
struct Standing: Hashable, Sendable {
    let handle: String
    let rank: Int
    let score: Int64
}

/// Reads the boards. Each call costs what it returns, however many people there are.
struct LeaderboardStore: Sendable {
    let database: PostgresClient

    func top(_ board: Board, _ period: Period, after place: BoardPlace?, limit: Int) async throws -> [Standing] {
        let rows = try await database.read(LeaderboardQueries.top(board, period, after: place, limit: limit))
        guard let first = rows.first?.int64(1) else { return [] }
        // How many stand above the first of the page, and how many beside it: the first page needs nobody to ask.
        var (above, beside) = (0, 0)
        if place != nil {
            let counts = try await database.read(LeaderboardQueries.people(above: first, board, period)).first
            (above, beside) = (Int(counts?.int64(0) ?? 0), Int(counts?.int64(1) ?? 0))
        } else {
            beside = rows.prefix { $0.int64(1) == first }.count
        }
        var standings: [Standing] = []
        var rank = above + 1
        var withRank = beside
        var score = first
        for (index, row) in rows.enumerated() {
            if row.int64(1) != score {
                rank += withRank
                score = row.int64(1)
                withRank = rows[index...].prefix { $0.int64(1) == score }.count
            }
            standings.append(Standing(handle: row.string(0), rank: rank, score: score))
        }
        return standings
    }

    /// Where somebody stands; `nil` for who is not on the board.
    func standing(of handle: String, _ board: Board, _ period: Period) async throws -> Standing? {
        try await database.read(LeaderboardQueries.standing(of: handle, board, period)).first.map { row in
            Standing(handle: handle, rank: Int(row.int64(1)) + 1, score: row.int64(0))
        }
    }

    /// How many people are on a board.
    func people(on board: Board, _ period: Period) async throws -> Int {
        Int(try await database.read(LeaderboardQueries.people(on: board, period)).first?.int64(0) ?? 0)
    }

    /// Removes months and weeks that are over, in small steps.
    func forget(on today: PostgresDate) async throws {
        let periods = try await database.read(LeaderboardQueries.periods).map { Period(text: $0.string(0)) }
        for period in periods where period.isStale(on: today) {
            while try await forget(LeaderboardQueries.forgetScores(of: period, limit: Self.step)) == Self.step {}
            _ = try await forget(LeaderboardQueries.forgetCounts(of: period))
        }
    }

    private static let step = 5_000

    /// Not while somebody is taken off the boards, which finds counts for each score.
    private func forget(_ statement: PostgresQuery) async throws -> Int {
        try await database.write([ActivityInbox.lock, statement])[1].affected
    }
}
