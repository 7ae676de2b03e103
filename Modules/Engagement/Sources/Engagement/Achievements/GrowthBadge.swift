/// The badges of `/api/growth/streak`: other names for two achievements.
enum GrowthBadge {
    /// Days of a run that earn each. Source: the original's growth rules.
    private static let all = [(7, "verified_builder"), (30, "dedicated_builder")]

    /// Those that a longest run has earned.
    static func earned(by longest: Int) -> [String] {
        all.filter { longest >= $0.0 }.map(\.1)
    }

    /// Days to the first badge.
    static func daysUntilFirst(_ current: Int) -> Int {
        max(0, (all.first?.0 ?? 0) - current)
    }
}
