import ArgumentParser
import Foundation
import JSONText
import Kernel
import Logging
import Postgres
import ServiceSettings

/// The database schema, module by module.
struct Schema: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show, apply, check or write down the database schema.",
        subcommands: [Status.self, Migrate.self, Validate.self, Dump.self]
    )

    struct Status: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Show where every migration stands.")
        @OptionGroup var common: CommonOptions

        func run() async throws {
            try await Schema.withMigrator(common) { migrator in
                let status = try await migrator.status()
                if common.json {
                    Output.json(.array(status.map(Schema.json)))
                } else {
                    Output.table(
                        ["module", "migration", "state"],
                        status.map { [$0.module, $0.name, Schema.text($0.state)] }
                    )
                }
            }
        }
    }

    struct Migrate: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Apply what is pending.")
        @OptionGroup var common: CommonOptions

        func run() async throws {
            try await Schema.withMigrator(common) { migrator in
                let isJSON = common.json
                let applied = try await migrator.migrate { step in
                    if !isJSON { Schema.show(step) }
                }
                if isJSON {
                    Output.json(["applied": .array(applied.map { .string($0.file) })])
                } else if applied.isEmpty {
                    print("nothing to migrate")
                }
            }
        }
    }

    struct Validate: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Check that every migration was applied and none was edited."
        )
        @OptionGroup var common: CommonOptions

        func run() async throws {
            try await Schema.withMigrator(common) { migrator in
                let unknown = try await migrator.validate()
                if common.json {
                    Output.json(["valid": true, "unknown": .array(unknown.map { .string($0.file) })])
                } else {
                    print("the schema is valid")
                }
            }
        }
    }

    struct Dump: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Print the assembled schema as SQL.")
        @OptionGroup var common: CommonOptions

        func run() async throws {
            try await Schema.withMigrator(common) { migrator in
                let sql = try await migrator.dump()
                if common.json { Output.json(["sql": .string(sql)]) } else { print(sql, terminator: "") }
            }
        }
    }
}

extension Schema {
    private static func withMigrator(
        _ common: CommonOptions,
        _ body: @Sendable @escaping (SchemaMigrator) async throws -> Void
    ) async throws {
        try await Exit.withOneLine {
            var logger = Logger.service(try common.settings())
            logger.logLevel = .error
            try await Database.with(common, logger: logger) { [logger] settings in
                try await VibeService.withMigrator(of: Modules.all(), settings: settings, logger: logger, body)
            }
        }
    }

    private static func show(_ step: SchemaProgress) {
        switch step {
        case .waiting:
            print("another instance migrates; waiting for it")
        case .applying(let module, let name, let position, let total):
            print("[\(position)/\(total)] \(module)/\(name) …")
        case .applied(let module, let name, let milliseconds):
            print("      \(module)/\(name) applied in \(milliseconds) ms")
        case .retrying(let module, let name, let attempt):
            print("      \(module)/\(name): a table is locked, attempt \(attempt)")
        }
    }

    private static func text(_ state: SchemaStatus.State) -> String {
        switch state {
        case .pending: "pending"
        case .applied(let time, let milliseconds):
            "applied \(Timestamp.format(time.microseconds)) in \(milliseconds) ms"
        case .edited: "EDITED since it was applied"
        case .unknown: "unknown to this version"
        }
    }

    private static func json(_ status: SchemaStatus) -> JSON {
        let state =
            switch status.state {
            case .pending: "pending"
            case .applied: "applied"
            case .edited: "edited"
            case .unknown: "unknown"
            }
        return ["module": .string(status.module), "name": .string(status.name), "state": .string(state)]
    }
}
