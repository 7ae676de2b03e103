import ArgumentParser
import JSONText
import Kernel
import ServiceSettings

/// Shows which modules there are and which of them run.
struct ListModules: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "modules",
        abstract: "List the modules and their state."
    )

    @OptionGroup var common: CommonOptions

    func run() async throws {
        try await Exit.withOneLine {
            let settings = try common.settings()
            let graph = try ModuleGraph(Modules.all()) { settings.bool("modules.\($0).enabled") }
            let rows = graph.running.map { ($0.manifest, "on") } + graph.switchedOff.map { ($0.manifest, "off") }
            if common.json {
                Output.json(.array(rows.map(ListModules.json)))
            } else {
                Output.table(
                    ["module", "version", "state", "requires", "uses", "what it is"],
                    rows.map { manifest, state in
                        [
                            manifest.name, ServiceVersion.text, state, manifest.requires.joined(separator: ", "),
                            manifest.optional.joined(separator: ", "), manifest.summary,
                        ]
                    }
                )
            }
        }
    }

    private static func json(_ row: (manifest: ModuleManifest, state: String)) -> JSON {
        [
            "name": .string(row.manifest.name),
            "version": .string(ServiceVersion.text),
            "state": .string(row.state),
            "requires": .array(row.manifest.requires.map { .string($0) }),
            "optional": .array(row.manifest.optional.map { .string($0) }),
            "tables": .array(row.manifest.tables.map { .string($0) }),
            "summary": .string(row.manifest.summary),
        ]
    }
}
