import Contracts
import KernelTesting
import Postgres
import Testing

@testable import Engagement

/// The streak's arithmetic against a second way to work it out, which walks the calendar day by day.
@Suite("Streak arithmetic")
struct StreakArithmeticTests {
    /// What a set of days amounts to, worked out without ``Streak``.
    struct Reference: Equatable {
        var run = 0
        var longest = 0
        var frozen: [PostgresDate] = []

        init(_ days: Set<PostgresDate>) {
            guard let first = days.min(), let last = days.max() else { return }
            var spent: Set<String> = []
            for number in first.days...last.days {
                let day = PostgresDate(days: number)
                if days.contains(day) {
                    run += 1
                    longest = max(longest, run)
                } else if days.contains(day.adding(-1)), days.contains(day.adding(1)),
                    spent.insert("\(day.year)/\(day.month)").inserted
                {
                    frozen.append(day)
                } else {
                    run = 0
                }
            }
        }
    }

    private func expectSame(_ days: Set<PostgresDate>, sourceLocation: SourceLocation = #_sourceLocation) {
        let reference = Reference(days)
        let streak = Streak(days: days)
        let texts = days.sorted().map(\.text)
        #expect(streak.run == reference.run, "\(texts)", sourceLocation: sourceLocation)
        #expect(streak.longest == reference.longest, "\(texts)", sourceLocation: sourceLocation)
        #expect(streak.totalDays == days.count, "\(texts)", sourceLocation: sourceLocation)
        #expect(streak.lastActive == days.max(), "\(texts)", sourceLocation: sourceLocation)
        #expect(streak.frozenOn == reference.frozen.last, "\(texts)", sourceLocation: sourceLocation)
        #expect(Streak.frozenDays(among: days) == reference.frozen, "\(texts)", sourceLocation: sourceLocation)
    }

    @Test(
        "Every set of days within twelve, wherever months and years meet",
        arguments: ["2026-01-26", "2025-12-27", "2024-02-24", "2023-02-24", "2100-02-23", "2026-03-04"]
    )
    func exhaustive(start: String) throws {
        let start = try day(start)
        for pattern in 0..<4_096 {
            let days = (0..<12).filter { pattern >> $0 & 1 == 1 }.map { start.adding($0) }
            expectSame(Set(days))
        }
    }

    @Test("Random histories of up to two years")
    func random() throws {
        var generator = SeededGenerator(seed: 1)
        for _ in 0..<400 {
            let start = PostgresDate(days: Int32.random(in: 8_000...10_000, using: &generator))
            let density = Double.random(in: 0.3...0.99, using: &generator)
            let span = Int.random(in: 1...730, using: &generator)
            let days = (0..<span).filter { _ in Double.random(in: 0..<1, using: &generator) < density }
            expectSame(Set(days.map { start.adding($0) }))
        }
    }

    @Test("A run is over exactly when another day would not make it longer")
    func deadline() throws {
        var generator = SeededGenerator(seed: 2)
        for _ in 0..<300 {
            let start = PostgresDate(days: Int32.random(in: 8_000...10_000, using: &generator))
            let days = Set((0..<60).filter { _ in Bool.random(using: &generator) }.map { start.adding($0) })
            guard let last = days.max() else { continue }
            let streak = Streak(days: days)
            for later in 0...4 {
                let today = last.adding(later)
                let joined = Reference(days.union([today])).run - (later == 0 ? 0 : 1)
                #expect(streak.current(on: today) == joined, "\(last.text) + \(later)")
            }
        }
    }

    @Test("One missed day of each month is saved, by the month it lies in, and does not count itself")
    func freezes() throws {
        // 1, 2, (3), 4, 5 … (7) is the second one of the month.
        let january = try ["2026-01-01", "2026-01-02", "2026-01-04", "2026-01-05"].map(day)
        #expect(Streak(days: january).run == 4)
        #expect(Streak(days: january).frozenOn?.text == "2026-01-03")
        let second = try day("2026-01-07")
        #expect(Streak(days: january + [second]).run == 1)
        // The last of January is January's, the first of February February's.
        let turn = try ["2026-01-30", "2026-02-01", "2026-02-03"].map(day)
        #expect(Streak(days: turn).run == 3)
        // Two missed days are too many.
        let apart = try ["2026-03-01", "2026-03-04"].map(day)
        #expect(Streak(days: apart).run == 1)
        // The leap day is a day like any other.
        let leap = try ["2024-02-28", "2024-02-29", "2024-03-01"].map(day)
        #expect(Streak(days: leap).run == 3)
        let common = try ["2023-02-28", "2023-03-01"].map(day)
        #expect(Streak(days: common).run == 2)
    }

    @Test("Figures from before are added, and never lost by counting again")
    func carried() throws {
        let carried = Streak.Carried(longest: 20, days: 90)
        let streak = Streak(days: try ["2026-01-01", "2026-01-02"].map(day), carried: carried)
        #expect(streak.run == 2 && streak.longest == 20 && streak.totalDays == 92)
    }

    @Test(
        "Lengths have the original's names",
        arguments: [
            (0, "Inactive"), (1, "Started"), (2, "Started"), (3, "Growing"), (7, "Strong"), (14, "Committed"),
            (30, "Champion"), (50, "Master"), (99, "Master"), (100, "Legend"), (1_000, "Legend"),
        ]
    )
    func labels(days: Int, label: String) {
        #expect(StreakLevel.label(days) == label)
    }

    @Test(
        "Days read and write as text; what is no day is none",
        arguments: [
            ("2026-01-08", true), ("2024-02-29", true), ("2000-01-01", true), ("1999-12-31", true),
            ("2023-02-29", false), ("2100-02-29", false), ("2026-13-01", false), ("2026-00-01", false),
            ("2026-1-8", false), ("+026-01-01", false), ("0000-01-01", false), ("", false), ("2026-01-08T", false),
            ("２０２６-01-01", false),
        ]
    )
    func texts(text: String, isDay: Bool) {
        #expect(PostgresDate(text: text)?.text == (isDay ? text : nil))
    }

    @Test("Months begin on the first, weeks on Monday")
    func periods() throws {
        let last = try day("2026-01-31")
        #expect(Period(.month, of: last).text == "2026-01")
        for (date, monday) in [
            ("2026-01-04", "2025-12-29"), ("2026-01-05", "2026-01-05"), ("2026-01-11", "2026-01-05"),
            ("1999-12-26", "1999-12-20"), ("2000-01-03", "2000-01-03"),
        ] {
            let day = try day(date)
            #expect(Period(.week, of: day).text == monday, "\(date)")
        }
        let today = try day("2026-03-03")
        #expect(Period.counting(today, today: today).map(\.text) == ["all", "2026-03", "2026-03-02"])
        let first = try day("2026-02-01")
        #expect(Period.counting(first, today: today).map(\.text) == ["all", "2026-02"])
        #expect(Period.counting(last, today: today) == [.all])
        for (text, isStale) in [
            ("all", false), ("2026-02", false), ("2026-01", true), ("2026-02-23", false), ("2026-02-16", true),
        ] {
            #expect(Period(text: text).isStale(on: today) == isStale, "\(text)")
        }
    }
}

/// Random numbers that are the same in every run. Source: SplitMix64, by Sebastiano Vigna.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}

/// A day that a test names.
func day(_ text: String) throws -> PostgresDate {
    try #require(PostgresDate(text: text))
}
