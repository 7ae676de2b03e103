import ArgumentParser
import Foundation
import Kernel
import ServiceSettings

/// What every command takes, and how every command comes by its settings.
struct CommonOptions: ParsableArguments {
    @Option(name: .long, help: "The settings file.")
    var config = "config.yaml"

    @Option(name: .customLong("set"), help: ArgumentHelp("Override one setting.", valueName: "key=value"))
    var overrides: [String] = []

    @Flag(name: .long, help: "Answer in JSON.")
    var json = false

    /// Reads, layers and checks all settings.
    ///
    /// - Parameter extra: settings that the command itself decides, such as the private server's address.
    func settings(_ extra: [String: String] = [:]) throws -> Settings {
        var flags: [String: String] = [:]
        for override in overrides {
            let parts = override.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2 else { throw ValidationError("--set takes key=value, not '\(override)'.") }
            flags[String(parts[0])] = String(parts[1])
        }
        flags.merge(extra) { _, extra in extra }
        let settings = try Settings.load(
            registry: VibeService.registry(of: Modules.all()),
            yaml: try file(),
            environment: ProcessInfo.processInfo.environment,
            flags: flags,
            otherVariables: ["VIBE_API_URL", "VIBE_TEST_POSTGRES"]
        )
        try VibeService.check(settings)
        return settings
    }

    /// A missing default file is no error: every setting has a default or says that it is needed.
    private func file() throws -> (text: String, file: String)? {
        if !FileManager.default.fileExists(atPath: config) {
            guard config == "config.yaml" else { throw StartFailure("\(config): no such file.") }
            return nil
        }
        do {
            return (try String(contentsOfFile: config, encoding: .utf8), config)
        } catch {
            throw StartFailure("\(config): cannot be read.")
        }
    }
}
