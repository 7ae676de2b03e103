import Testing

@testable import Engagement

/// The counts behind the ranks, against counting everybody.
@Suite("Score ledger")
struct ScoreLedgerTests {
    @Test("After any changes, the counts are those of the scores, and nothing is left of an empty board")
    func counts() {
        var generator = SeededGenerator(seed: 4)
        var scores: [ScoreKey: Int64] = [:]
        var counts: [CountKey: Int64] = [:]
        func apply(_ changes: [ScoreKey: ScoreChange]) {
            let ledger = ScoreLedger(changes, old: scores.filter { changes[$0.key] != nil })
            scores.merge(ledger.scores) { $1 }
            for key in ledger.removed { scores[key] = nil }
            for (key, people) in ledger.counts {
                counts[key, default: 0] += people
                #expect(counts[key, default: 0] >= 0)
            }
            counts = counts.filter { $0.value != 0 }
        }
        for _ in 0..<300 {
            var changes: [ScoreKey: ScoreChange] = [:]
            for _ in 0..<Int.random(in: 1...8, using: &generator) {
                let person = "p\(Int.random(in: 1...40, using: &generator))"
                let key = ScoreKey(handle: person, board: .activity, period: .all)
                changes[key] =
                    Bool.random(using: &generator)
                    ? .add(.random(in: 1...100_000, using: &generator)) : .set(.random(in: 0...300, using: &generator))
            }
            apply(changes)
            #expect(counts == expected(scores))
        }
        apply(scores.mapValues { _ in .set(0) })
        #expect(scores.isEmpty && counts.isEmpty)
    }

    private func expected(_ scores: [ScoreKey: Int64]) -> [CountKey: Int64] {
        var counts: [CountKey: Int64] = [:]
        for (key, score) in scores {
            for (level, size) in [(0, 1), (1, 256), (2, 65_536)] as [(Int16, Int64)] {
                let bucket = score / size
                counts[CountKey(board: key.board, period: key.period, level: level, bucket: bucket), default: 0] += 1
            }
        }
        return counts
    }
}
