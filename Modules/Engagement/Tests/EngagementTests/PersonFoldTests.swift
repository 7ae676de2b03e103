import Postgres
import Testing

@testable import Engagement

/// Counting gives the same whatever the order of events, and however they are cut into batches.
@Suite("Counting")
struct PersonFoldTests {
    private static let kinds: [ActivityKind] = [
        .presence, .checkIn, .message, .message, .message, .post, .ship, .game, .invite,
    ]

    @Test("Any order and any batches give the same days, streak, totals and scores")
    func order() throws {
        var generator = SeededGenerator(seed: 3)
        let today = try day("2026-03-20")
        for _ in 0..<150 {
            let facts = (0..<Int.random(in: 1...60, using: &generator)).map { _ in
                ActivityFact(
                    handle: "ada",
                    kind: Self.kinds.randomElement(using: &generator) ?? .presence,
                    day: today.adding(-Int.random(in: 0...40, using: &generator))
                )
            }
            let inOrder = Counted(facts.sorted { $0.day ?? today < $1.day ?? today }, today: today)
            var shuffled = Counted(today: today)
            var rest = facts.shuffled(using: &generator)[...]
            while !rest.isEmpty {
                let batch = rest.prefix(Int.random(in: 1...12, using: &generator))
                rest = rest.dropFirst(batch.count)
                shuffled.count(Array(batch))
            }
            #expect(shuffled.state.days == inOrder.state.days)
            #expect(shuffled.state.streak == inOrder.state.streak)
            #expect(shuffled.state.totals == inOrder.state.totals)
            #expect(shuffled.scores == inOrder.scores)
            let days = Set(facts.filter(\.kind.makesDayActive).compactMap(\.day))
            #expect(shuffled.state.streak == Streak(days: days))
            // What a later recount would award is held already. It may be more: a run may have been longer for a while.
            let due = AchievementCatalogue.earned(by: shuffled.state.figures).map(\.id)
            #expect(shuffled.earned.isSuperset(of: due))
            #expect(shuffled.awards == shuffled.earned.count, "nothing is earned twice")
        }
    }

    @Test("A message more on the same day is worth a point, up to fifty, and changes no streak")
    func sameDay() throws {
        let today = try day("2026-03-20")
        var counted = Counted(today: today)
        for number in 1...60 {
            counted.count([ActivityFact(handle: "ada", kind: .message, day: today)])
            #expect(counted.state.streak.run == 1 && counted.state.streak.totalDays == 1)
            let points = counted.scores[ScoreKey(handle: "ada", board: .activity, period: .all)]
            #expect(points == Int64(1 + min(number, 50)))
        }
        #expect(counted.state.totals.messages == 60)
        #expect(counted.scores[ScoreKey(handle: "ada", board: .growth, period: .all)] == 60)
        #expect(counted.earned == ["first_day", "first_message", "conversationalist"])
    }

    @Test("A founder's number earns what it should, and makes no day active")
    func founder() throws {
        for (number, earned) in [(1, 2), (10, 2), (11, 1), (49, 1), (50, 0)] {
            var counted = Counted(today: try day("2026-03-20"))
            counted.count([ActivityFact(handle: "ada", kind: .founder, number: number)])
            #expect(counted.earned.count == earned, "\(number)")
            #expect(counted.state.streak.totalDays == 0)
        }
    }

    /// Keeps what a store would.
    private struct Counted {
        let today: PostgresDate
        var state = PersonState()
        var scores: [ScoreKey: Int64] = [:]
        var earned: Set<String> = []
        var awards = 0

        init(_ facts: [ActivityFact] = [], today: PostgresDate) {
            self.today = today
            if !facts.isEmpty { count(facts) }
        }

        mutating func count(_ facts: [ActivityFact]) {
            var before = state
            let touched = Set(facts.compactMap(\.day))
            before.days = state.days.filter { touched.contains($0.key) }
            before.history = Array(state.days.keys)
            let fold = PersonFold("ada", facts, before: before, today: today)
            let days = state.days
            state = fold.state
            state.days = days.merging(fold.changedDays) { $1 }
            let ledger = ScoreLedger(fold.scores, old: scores)
            scores.merge(ledger.scores) { $1 }
            awards += fold.earned.filter { !earned.contains($0.id) }.count
            earned.formUnion(fold.earned.map(\.id))
        }
    }
}
