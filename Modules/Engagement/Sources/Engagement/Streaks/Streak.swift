import Postgres

/// Days in a row on which somebody was active: the arithmetic, without a clock and without I/O.
///
/// A day is the person's own, as each event carries it. The next day makes the run longer by one. A single missed day
/// is saved by a freeze, of which there is one for each month of the calendar (the month of the missed day): the run
/// goes on without growing by it. Freezes are spent by themselves, the earliest gap first, so all numbers follow from
/// the set of days alone.
struct Streak: Hashable, Sendable {
    /// Days in the run that ``lastActive`` ends. Whether that is over, a day tells: ``current(on:)``.
    private(set) var run = 0
    /// The longest run ever.
    private(set) var longest: Int
    /// Days active in all.
    private(set) var totalDays: Int
    private(set) var lastActive: PostgresDate?
    /// The last missed day that a freeze saved.
    private(set) var frozenOn: PostgresDate?

    /// Figures from before every day was kept.
    struct Carried: Hashable, Sendable {
        var longest = 0
        var days = 0
    }

    /// Nobody's, yet.
    init(carried: Carried = Carried()) {
        longest = carried.longest
        totalDays = carried.days
    }

    /// As it was stored.
    init(run: Int, longest: Int, totalDays: Int, lastActive: PostgresDate?, frozenOn: PostgresDate?) {
        self.run = run
        self.longest = longest
        self.totalDays = totalDays
        self.lastActive = lastActive
        self.frozenOn = frozenOn
    }

    /// What a set of days amounts to.
    init(days: some Sequence<PostgresDate>, carried: Carried = Carried()) {
        self.init(carried: carried)
        for day in Set(days).sorted() { extend(on: day) }
    }

    /// Adds a day that is later than all others. An earlier one would change what came after it: take all days then.
    mutating func extend(on day: PostgresDate) {
        let missed = lastActive.map { day.distance(from: $0) - 1 }
        switch (missed, nextFreeze) {
        case (0?, _):
            run += 1
        case (1?, let freeze?):
            frozenOn = freeze
            run += 1
        default:
            run = 1
        }
        lastActive = day
        totalDays += 1
        longest = max(longest, run)
    }

    /// The day after the last active one, if missing it would be saved.
    private var nextFreeze: PostgresDate? {
        guard let day = lastActive?.adding(1), frozenOn?.monthStart != day.monthStart else { return nil }
        return day
    }

    /// The last day on which being active makes the run longer: the next one, or with a freeze the one after it.
    var deadline: PostgresDate? {
        lastActive.map { $0.adding(nextFreeze == nil ? 1 : 2) }
    }

    /// The length of the run as of a day: 0 once it is over.
    func current(on today: PostgresDate) -> Int {
        guard let deadline, today <= deadline else { return 0 }
        return run
    }

    /// Whether a missed day of this month would still be saved.
    func hasFreeze(on today: PostgresDate) -> Bool {
        frozenOn?.monthStart != today.monthStart
    }

    /// The missed days that freezes saved. It takes the days from the last of the month before, to find them all in a
    /// month; those before are not needed.
    static func frozenDays(among days: some Sequence<PostgresDate>) -> [PostgresDate] {
        var streak = Streak()
        var frozen: [PostgresDate] = []
        for day in Set(days).sorted() {
            let before = streak.frozenOn
            streak.extend(on: day)
            if let saved = streak.frozenOn, saved != before { frozen.append(saved) }
        }
        return frozen
    }
}
