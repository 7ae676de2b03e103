import ArgumentParser
import JSONText
import Kernel
import ServiceSettings

/// Shows the effective settings with the source of each.
struct Config: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Show the effective settings and where each comes from.")

    @OptionGroup var common: CommonOptions

    func run() async throws {
        try await Exit.withOneLine {
            let settings = try common.settings()
            if common.json {
                Output.json(.array(settings.effective.map(Config.json)))
            } else {
                print("# environment: \(settings.environment.rawValue)")
                Output.table(
                    ["setting", "value", "source", "what it does"],
                    settings.effective.map { [$0.key, $0.value ?? "-", $0.source, $0.description] }
                )
            }
        }
    }

    private static func json(_ setting: EffectiveSetting) -> JSON {
        [
            "key": .string(setting.key),
            "value": setting.value.map { .string($0) } ?? .null,
            "source": .string(setting.source),
            "owner": .string(setting.owner),
            "description": .string(setting.description),
        ]
    }
}
