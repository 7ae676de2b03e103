import Postgres

/// The statements on `leaderboard_scores` and `leaderboard_counts`.
enum LeaderboardQueries {
    /// The best, or those after a place in the list. People with the same score come in the order of their handles,
    /// backwards, so that one index serves every page.
    static func top(_ board: Board, _ period: Period, after place: BoardPlace?, limit: Int) -> PostgresQuery {
        guard let place else {
            return """
                SELECT handle, score
                FROM leaderboard_scores
                WHERE board = \(board.rawValue) AND period = \(period.text)
                ORDER BY score DESC, handle DESC
                LIMIT \(limit)
                """
        }
        return """
            SELECT handle, score
            FROM leaderboard_scores
            WHERE board = \(board.rawValue)
                AND period = \(period.text)
                AND (score, handle) < (\(place.score), \(place.handle))
            ORDER BY score DESC, handle DESC
            LIMIT \(limit)
            """
    }

    /// How many people have a higher score than this one, and how many have it: the sum of three short ranges of
    /// counts.
    static func people(above score: Int64, _ board: Board, _ period: Period) -> PostgresQuery {
        """
        SELECT
            coalesce(sum(counts.people), 0)::int8,
            coalesce(
                (
                    SELECT people
                    FROM leaderboard_counts
                    WHERE board = \(board.rawValue) AND period = \(period.text) AND level = 0 AND bucket = \(score)
                ),
                0
            )::int8
        FROM (
            VALUES
                (0::int2, \(score) + 1, \(score) | 255),
                (1::int2, (\(score) >> 8) + 1, (\(score) >> 8) | 255),
                (2::int2, (\(score) >> 16) + 1, 9223372036854775807)
        ) AS span (level, low, high)
        JOIN leaderboard_counts AS counts
            ON counts.board = \(board.rawValue)
            AND counts.period = \(period.text)
            AND counts.level = span.level
            AND counts.bucket BETWEEN span.low AND span.high
        """
    }

    /// Somebody's score, if they have one, and how many people have a higher one.
    static func standing(of handle: String, _ board: Board, _ period: Period) -> PostgresQuery {
        """
        SELECT mine.score, coalesce(sum(counts.people), 0)::int8
        FROM leaderboard_scores AS mine
        CROSS JOIN LATERAL (
            VALUES
                (0::int2, mine.score + 1, mine.score | 255),
                (1::int2, (mine.score >> 8) + 1, (mine.score >> 8) | 255),
                (2::int2, (mine.score >> 16) + 1, 9223372036854775807)
        ) AS span (level, low, high)
        LEFT JOIN leaderboard_counts AS counts
            ON counts.board = mine.board
            AND counts.period = mine.period
            AND counts.level = span.level
            AND counts.bucket BETWEEN span.low AND span.high
        WHERE mine.handle = \(handle) AND mine.board = \(board.rawValue) AND mine.period = \(period.text)
        GROUP BY mine.score
        """
    }

    /// How many people are on a board.
    static func people(on board: Board, _ period: Period) -> PostgresQuery {
        """
        SELECT coalesce(sum(people), 0)::int8
        FROM leaderboard_counts
        WHERE board = \(board.rawValue) AND period = \(period.text) AND level = 2
        """
    }

    // MARK: Writing

    static func scores(_ keys: [ScoreKey]) -> PostgresQuery {
        """
        SELECT known.handle, known.board, known.period, known.score
        FROM unnest(
            \(keys.map(\.handle)),
            \(keys.map(\.board.rawValue)),
            \(keys.map(\.period.text))
        ) AS wanted (handle, board, period)
        JOIN leaderboard_scores AS known
            ON known.handle = wanted.handle AND known.board = wanted.board AND known.period = wanted.period
        """
    }

    static func scores(of handle: String) -> PostgresQuery {
        "SELECT handle, board, period, score FROM leaderboard_scores WHERE handle = \(handle)"
    }

    /// `nil` for a board that this version does not know.
    static func score(_ row: PostgresRow) -> (key: ScoreKey, score: Int64)? {
        Board(rawValue: row.string(1)).map { board in
            (ScoreKey(handle: row.string(0), board: board, period: Period(text: row.string(2))), row.int64(3))
        }
    }

    /// Writes what a ledger says, counts in the order of their keys.
    static func store(_ ledger: ScoreLedger) -> [PostgresQuery] {
        let scores = ledger.scores.map { (key: $0.key, score: $0.value) }
        let counts = ledger.counts.sorted { $0.key < $1.key }
        var statements: [PostgresQuery] = []
        if !scores.isEmpty {
            statements.append(
                """
                INSERT INTO leaderboard_scores (handle, board, period, score)
                SELECT *
                FROM unnest(
                    \(scores.map(\.key.handle)),
                    \(scores.map(\.key.board.rawValue)),
                    \(scores.map(\.key.period.text)),
                    \(scores.map(\.score))
                )
                ON CONFLICT (handle, board, period) DO UPDATE SET score = excluded.score
                """
            )
        }
        if !ledger.removed.isEmpty {
            statements.append(
                """
                DELETE FROM leaderboard_scores AS known
                USING unnest(
                    \(ledger.removed.map(\.handle)),
                    \(ledger.removed.map(\.board.rawValue)),
                    \(ledger.removed.map(\.period.text))
                ) AS gone (handle, board, period)
                WHERE known.handle = gone.handle AND known.board = gone.board AND known.period = gone.period
                """
            )
        }
        if !counts.isEmpty {
            statements.append(
                """
                MERGE INTO leaderboard_counts AS known
                USING unnest(
                    \(counts.map(\.key.board.rawValue)),
                    \(counts.map(\.key.period.text)),
                    \(counts.map(\.key.level)),
                    \(counts.map(\.key.bucket)),
                    \(counts.map(\.value))
                ) AS change (board, period, level, bucket, people)
                ON known.board = change.board
                    AND known.period = change.period
                    AND known.level = change.level
                    AND known.bucket = change.bucket
                WHEN MATCHED AND known.people + change.people = 0 THEN DELETE
                WHEN MATCHED THEN UPDATE SET people = known.people + change.people
                WHEN NOT MATCHED THEN INSERT VALUES
                    (change.board, change.period, change.level, change.bucket, change.people)
                """
            )
        }
        return statements
    }

    // MARK: Forgetting

    static let periods: PostgresQuery = "SELECT DISTINCT period FROM leaderboard_counts WHERE level = 2"

    /// Removes scores of a period that is over, some at a time.
    static func forgetScores(of period: Period, limit: Int) -> PostgresQuery {
        """
        DELETE FROM leaderboard_scores AS known
        USING (
            SELECT handle, board
            FROM leaderboard_scores
            WHERE board = ANY(\(Board.allCases.map(\.rawValue))) AND period = \(period.text)
            LIMIT \(limit)
        ) AS gone
        WHERE known.handle = gone.handle AND known.board = gone.board AND known.period = \(period.text)
        """
    }

    /// Removes its counts, which are how the period is found: last.
    static func forgetCounts(of period: Period) -> PostgresQuery {
        "DELETE FROM leaderboard_counts WHERE period = \(period.text)"
    }
}

/// A place in the order of a board.
struct BoardPlace: Hashable, Sendable {
    let score: Int64
    let handle: String
}
