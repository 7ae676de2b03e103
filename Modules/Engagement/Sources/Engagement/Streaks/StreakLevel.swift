/// What lengths are called. Source: the original's streak rules.
enum StreakLevel {
    /// Lengths that are celebrated.
    static let milestones = [3, 7, 14, 30, 50, 100]

    /// The length, if it is one that is celebrated.
    static func milestone(_ days: Int) -> Int? {
        milestones.contains(days) ? days : nil
    }

    private static let labels = [
        (100, "Legend"), (50, "Master"), (30, "Champion"), (14, "Committed"), (7, "Strong"), (3, "Growing"),
        (1, "Started"),
    ]

    /// The name of a length, `Inactive` for none.
    static func label(_ days: Int) -> String {
        labels.first { days >= $0.0 }?.1 ?? "Inactive"
    }
}
