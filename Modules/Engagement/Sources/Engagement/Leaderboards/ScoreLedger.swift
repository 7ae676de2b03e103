/// Whose score, and where.
struct ScoreKey: Hashable, Sendable {
    let handle: String
    let board: Board
    let period: Period
}

/// What becomes of a score.
enum ScoreChange: Hashable, Sendable {
    case add(Int64)
    /// 0 takes the person off the board.
    case set(Int64)
}

/// How many people: a row of `leaderboard_counts`.
struct CountKey: Hashable, Comparable, Sendable {
    let board: Board
    let period: Period
    /// 0 for single scores, 1 for ranges of 256 of them, 2 for ranges of 65,536.
    let level: Int16
    let bucket: Int64

    static func < (left: CountKey, right: CountKey) -> Bool {
        (left.board.rawValue, left.period, left.level, left.bucket)
            < (right.board.rawValue, right.period, right.level, right.bucket)
    }
}

/// Works out which rows of scores and counts change, from the scores as they were.
struct ScoreLedger: Sendable {
    /// New scores above 0.
    private(set) var scores: [ScoreKey: Int64] = [:]
    /// Who leaves a board.
    private(set) var removed: [ScoreKey] = []
    /// How many people more or fewer, without those that stay as they are.
    private(set) var counts: [CountKey: Int64] = [:]

    /// - Parameter old: the scores of all keys of `changes` that have one.
    init(_ changes: [ScoreKey: ScoreChange], old: [ScoreKey: Int64]) {
        for (key, change) in changes {
            let before = old[key] ?? 0
            let after: Int64 =
                switch change {
                case .add(let amount): before + amount
                case .set(let score): score
                }
            guard after != before else { continue }
            if before > 0 { count(key, before, -1) }
            if after > 0 {
                count(key, after, 1)
                scores[key] = after
            } else if before > 0 {
                removed.append(key)
            }
        }
        counts = counts.filter { $0.value != 0 }
    }

    private mutating func count(_ key: ScoreKey, _ score: Int64, _ people: Int64) {
        for level in 0...2 {
            let bucket = score >> (8 * level)
            let count = CountKey(board: key.board, period: key.period, level: Int16(level), bucket: bucket)
            counts[count, default: 0] += people
        }
    }
}

extension [ScoreKey: ScoreChange] {
    /// Adds to a score in several periods.
    mutating func add(_ amount: Int64, to board: Board, of handle: String, in periods: [Period]) {
        guard amount != 0 else { return }
        for period in periods {
            let key = ScoreKey(handle: handle, board: board, period: period)
            switch self[key] {
            case .add(let before)?: self[key] = .add(before + amount)
            case .set(let before)?: self[key] = .set(before + amount)
            case nil: self[key] = .add(amount)
            }
        }
    }
}
