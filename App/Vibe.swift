import ArgumentParser
import Kernel

/// The command line of the service.
@main
struct Vibe: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "vibe",
        abstract: "The backend of /vibe: one service, switched on and off by module.",
        discussion: """
            Settings come from config.yaml, the environment (VIBE_SERVER_PORT …) and --set; VIBE_ENV picks the
            environment (development unless set). `vibe config` shows them all with their sources.

            Exit codes: 0 done, 1 failed, 64 wrong usage, 69 the database cannot be reached, 78 wrong settings.
            """,
        version: ServiceVersion.text,
        subcommands: [Serve.self, Schema.self, Config.self, ListModules.self, PhaseCommand.self, Achievements.self]
    )

    static func main() async {
        ProcessMemory.keepWhatWasFreed()
        await main(nil)
    }
}
