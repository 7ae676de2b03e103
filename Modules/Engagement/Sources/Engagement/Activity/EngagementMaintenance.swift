public import Postgres

/// What the operator can do about what people have earned.
public struct EngagementMaintenance: Sendable {
    private let database: PostgresClient

    public init(database: PostgresClient) {
        self.database = database
    }

    /// What the history says that everybody should hold, compared with what they hold.
    public struct Report: Sendable, Hashable {
        /// One achievement of one person.
        public struct Entry: Sendable, Hashable {
            /// The folded handle.
            public let handle: String
            /// The achievement's identifier, `week_streak` for one.
            public let achievement: String
        }

        /// People looked at.
        public var people = 0
        /// Earned, and not held.
        public var awarded: [Entry] = []
        /// Held, and not earned: the rules or the history have changed.
        public var withdrawn: [Entry] = []
        /// Handles whose streak or totals differ from what their days add up to.
        public var corrected: [String] = []
        /// Whether the differences were put right.
        public var isApplied = false
    }

    /// Works out from the kept days what everybody should hold: streaks, totals and achievements.
    ///
    /// Raises no events: what is found this way happened long ago. The running service goes on meanwhile; it waits for
    /// each step of a few hundred people.
    ///
    /// - Parameter apply: puts right what differs, instead of only telling.
    /// - Throws: `PostgresError`.
    public func recomputeAchievements(apply: Bool) async throws -> Report {
        var report = Report()
        var last = ""
        while true {
            let start = last
            let step = try await database.transaction { transaction in
                try await RecomputeStep(after: start, apply: apply, in: transaction)
            }
            report.people += step.people
            report.awarded += step.awarded
            report.withdrawn += step.withdrawn
            report.corrected += step.corrected
            guard let next = step.last else { break }
            last = next
        }
        report.isApplied = apply
        return report
    }
}
