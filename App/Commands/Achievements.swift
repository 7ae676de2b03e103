import ArgumentParser
import Engagement
import JSONText
import Kernel
import Logging

/// What people have earned.
struct Achievements: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Compare what people hold with what their history says.",
        subcommands: [Recompute.self]
    )

    struct Recompute: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Say what recomputing streaks and achievements from history would change; --apply changes it."
        )
        @OptionGroup var common: CommonOptions

        @Flag(help: "Put right what differs, instead of only telling.")
        var apply = false

        func run() async throws {
            try await Exit.withOneLine {
                var logger = Logger.service(try common.settings())
                logger.logLevel = .error
                try await Database.with(common, logger: logger) { [logger, apply, common] settings in
                    try await VibeService.withDatabase(settings: settings, logger: logger) { database in
                        let maintenance = EngagementMaintenance(database: database)
                        let report = try await maintenance.recomputeAchievements(apply: apply)
                        if common.json { Output.json(Self.json(report)) } else { Self.show(report) }
                    }
                }
            }
        }

        private static func show(_ report: EngagementMaintenance.Report) {
            let changes =
                report.awarded.map { [$0.handle, $0.achievement, "earned, and not held"] }
                + report.withdrawn.map { [$0.handle, $0.achievement, "held, and not earned"] }
                + report.corrected.map { [$0, "", "streak or totals differ"] }
            if !changes.isEmpty { Output.table(["handle", "achievement", "difference"], changes) }
            let verdict = changes.isEmpty ? "nothing differs" : report.isApplied ? "put right" : "--apply puts it right"
            print("\(report.people) people looked at: \(verdict)")
        }

        private static func json(_ report: EngagementMaintenance.Report) -> JSON {
            func entries(_ list: [EngagementMaintenance.Report.Entry]) -> JSON {
                .array(list.map { ["handle": .string($0.handle), "achievement": .string($0.achievement)] })
            }
            return [
                "people": .int(report.people),
                "awarded": entries(report.awarded),
                "withdrawn": entries(report.withdrawn),
                "corrected": .array(report.corrected.map { .string($0) }),
                "applied": .bool(report.isApplied),
            ]
        }
    }
}
