import Foundation
import JSONText
import KernelTesting
import Testing

/// `vibe config`, `vibe modules`, and the help of every command.
@Suite struct CommandTests {
    @Test("config shows each setting with its source, and no secret")
    func config() async throws {
        let environment = [
            "VIBE_ENV": "test", "VIBE_AUTH_SECRET": "a secret that nobody may ever see", "PORT": "8123",
            "DATABASE_URL": "postgres://vibe:hunter2@127.0.0.1/vibe",
        ]
        let yaml = "server:\n  body_limit: 128kB\nenvironments:\n  test:\n    server: { idle_timeout: 9s }\n"
        try await withFolder(files: ["config.yaml": yaml]) { folder in
            let text = try await VibeProgram.run(["config"], environment: environment, folder: folder)
            let json = try await VibeProgram.run(
                ["config", "--json", "--set", "server.host=127.0.0.2"],
                environment: environment,
                folder: folder
            )
            for outcome in [text, json] {
                #expect(outcome.status == 0, "\(outcome.errors)")
                #expect(!outcome.output.contains("nobody may ever see") && !outcome.output.contains("hunter2"))
            }
            #expect(text.output.hasPrefix("# environment: test\n"))

            var found: [String: (value: String?, source: String?)] = [:]
            for setting in try json.json.elements {
                found[try #require(setting["key"]?.string)] = (setting["value"]?.string, setting["source"]?.string)
            }
            #expect(found["server.port"]?.value == "8123")
            #expect(found["server.port"]?.source?.contains("PORT") == true)
            #expect(found["server.host"]?.value == "127.0.0.2")
            #expect(found["server.host"]?.source?.contains("--set") == true)
            #expect(found["server.body_limit"]?.source?.contains("config.yaml:2") == true)
            #expect(found["server.idle_timeout"]?.source?.contains("config.yaml:5") == true)
            #expect(found["database.read_connections"]?.source == "default")
            #expect(found["modules.messaging.enabled"]?.value == "true")
        }
    }

    @Test("modules shows what runs, what is off, and what needs what")
    func modules() async throws {
        let environment = [
            "VIBE_ENV": "test", "VIBE_AUTH_SECRET": String(repeating: "s", count: 40),
            "VIBE_MODULES_MESSAGING_ENABLED": "false",
        ]
        let outcome = try await VibeProgram.run(["modules", "--json"], environment: environment)
        #expect(outcome.status == 0, "\(outcome.errors)")
        let modules = try outcome.json.elements
        let messaging = try #require(modules.first { $0["name"]?.string == "messaging" })
        #expect(messaging["state"]?.string == "off")
        #expect(messaging["requires"]?.elements.compactMap(\.string) == ["identity"])
        #expect(messaging["tables"]?.elements.compactMap(\.string).contains("messages") == true)
        #expect(modules.first { $0["name"]?.string == "identity" }?["state"]?.string == "on")

        let text = try await VibeProgram.run(["modules"], environment: environment)
        #expect(text.output.split(separator: "\n").contains { $0.hasPrefix("messaging ") && $0.contains(" off ") })
    }

    @Test(
        "every command has help",
        arguments: [
            [], ["serve"], ["config"], ["modules"], ["schema"], ["schema", "status"], ["schema", "migrate"],
            ["schema", "validate"], ["schema", "dump"],
        ]
    )
    func help(command: [String]) async throws {
        let outcome = try await VibeProgram.run(command + ["--help"])
        #expect(outcome.status == 0)
        #expect(outcome.output.contains("USAGE: \((["vibe"] + command).joined(separator: " "))"), "\(outcome.output)")
    }
}
