import Postgres

/// Writes scores, and with them how many people have each: only ever by the one who counts.
enum Scoreboard {
    static func apply(_ changes: [ScoreKey: ScoreChange], in transaction: PostgresTransaction) async throws {
        guard !changes.isEmpty else { return }
        let rows = try await transaction.query(LeaderboardQueries.scores(Array(changes.keys)))
        try await store(ScoreLedger(changes, old: scores(rows)), in: transaction)
    }

    /// Takes somebody off all boards.
    static func remove(_ handle: String, in transaction: PostgresTransaction) async throws {
        let old = scores(try await transaction.query(LeaderboardQueries.scores(of: handle)))
        try await store(ScoreLedger(old.mapValues { _ in .set(0) }, old: old), in: transaction)
    }

    private static func store(_ ledger: ScoreLedger, in transaction: PostgresTransaction) async throws {
        try await transaction.query(LeaderboardQueries.store(ledger))
    }

    private static func scores(_ rows: PostgresRows) -> [ScoreKey: Int64] {
        Dictionary(rows.compactMap { LeaderboardQueries.score($0) }.map { ($0.key, $0.score) }) { $1 }
    }
}
