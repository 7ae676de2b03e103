import ArgumentParser
import Cutover
import Foundation
import JSONText
import Kernel
import Logging
import Postgres

/// The phases of the move from KV to Postgres.
struct PhaseCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "phase",
        abstract: "Show or change how far each data set has moved from KV to Postgres.",
        subcommands: [List.self, Advance.self, Retreat.self]
    )

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Show every data set and what it waits for.")
        @OptionGroup var common: CommonOptions

        func run() async throws {
            let isJSON = common.json
            try await PhaseCommand.withDatabase(common) { database, _ in
                PhaseCommand.show(try await CutoverReport(database: database).entries(), isJSON: isJSON)
            }
        }
    }

    struct Advance: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Take a data set one phase towards Postgres.")
        @OptionGroup var common: CommonOptions
        @OptionGroup var change: ChangeOptions

        func run() async throws { try await change.run(.advance, common) }
    }

    struct Retreat: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Take a data set one phase back towards KV.")
        @OptionGroup var common: CommonOptions
        @OptionGroup var change: ChangeOptions

        func run() async throws { try await change.run(.retreat, common) }
    }

    /// What both directions take.
    struct ChangeOptions: ParsableArguments {
        @Argument(help: "The data set: messages, board …")
        var set: String

        @Option(name: .long, help: "Who does it, for the log of actions.")
        var by = NSUserName()

        @Option(name: .long, help: "Why, for the log of actions.")
        var reason: String?

        @Flag(name: .long, help: "Do not wait for the gate. Needs --reason.")
        var force = false

        func run(_ direction: PhaseChanges.Direction, _ common: CommonOptions) async throws {
            guard let set = DataSetName(rawValue: set) else {
                let names = DataSetName.withPhase.map(\.rawValue).joined(separator: ", ")
                throw ValidationError("'\(set)' is no data set: \(names).")
            }
            let request = PhaseChanges.Request(by: by, reason: reason, isForced: force)
            let isJSON = common.json
            try await PhaseCommand.withDatabase(common) { database, changes in
                try await changes.begin(direction, set, request)
                let record = try await changes.finish(set)
                PhaseCommand.show([try await CutoverReport(database: database).entry(of: record)], isJSON: isJSON)
                guard record.state.change == nil else {
                    throw StartFailure("The change is still under way; the service goes on with it.")
                }
            }
        }
    }
}

extension PhaseCommand {
    private static func withDatabase(
        _ common: CommonOptions,
        _ body: @Sendable @escaping (PostgresClient, PhaseChanges) async throws -> Void
    ) async throws {
        try await Exit.withOneLine {
            var logger = Logger.service(try common.settings())
            logger.logLevel = .error
            try await Database.with(common, logger: logger) { [logger] settings in
                let hasKV = try KeyValueAccess.configuration(settings) != nil
                try await VibeService.withDatabase(settings: settings, logger: logger) { database in
                    let signals = Signals(database: database, logger: logger)
                    try await withThrowingTaskGroup(of: Void.self) { group in
                        group.addTask { try await signals.run() }
                        defer { group.cancelAll() }
                        let changes = PhaseChanges(database: database, signals: signals, hasKV: hasKV)
                        try await changes.prepare()
                        try await body(database, changes)
                    }
                }
            }
        }
    }

    private static func show(_ entries: [CutoverReport.Entry], isJSON: Bool) {
        if isJSON { return Output.json(.array(entries.map(\.json))) }
        Output.table(
            ["data set", "phase", "changing to", "instances", "copies", "repairs", "the next phase waits for"],
            entries.map { entry in
                let state = entry.record.state
                return [
                    entry.record.set.rawValue, state.phase.rawValue, state.change?.target.rawValue ?? "-",
                    "\(entry.instances.count)", "\(entry.evidence.waitingCopies)", "\(entry.evidence.repairQueue)",
                    entry.missing.isEmpty ? "-" : entry.missing.map(\.description).joined(separator: ", "),
                ]
            }
        )
    }
}
