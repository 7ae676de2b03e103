import Foundation
import KernelTesting
import Testing

/// What stops the start says so in one line, with the exit code that `vibe --help` lists.
@Suite struct RefusedStartTests {
    private static let secret = String(repeating: "s", count: 40)

    @Test("a mistyped setting: file, line, column and the nearest name")
    func mistypedSetting() async throws {
        try await withFolder(files: ["config.yaml": "server:\n  prot: 8080\n"]) { folder in
            let refusal = try await Refusal.of(["serve"], folder: folder)
            #expect(refusal.status == 78)
            #expect(refusal.line.contains("config.yaml:2:3"), "\(refusal.line)")
            #expect(refusal.line.contains("server.port"), "\(refusal.line)")
        }
    }

    @Test(
        "a variable that is no setting, a value of the wrong type",
        arguments: [
            ("VIBE_SERVER_PROT", "8080", "VIBE_SERVER_PORT"), ("VIBE_SERVER_PORT", "many", "VIBE_SERVER_PORT"),
            ("VIBE_ENV", "prod", "production"), ("VIBE_SERVER_HOST", "0.0.0.0", "loopback"),
        ]
    )
    func mistypedVariable(name: String, value: String, says: String) async throws {
        let refusal = try await Refusal.of(["serve"], environment: [name: value])
        #expect(refusal.status == 78)
        #expect(refusal.line.contains(says), "\(refusal.line)")
    }

    @Test("production without a secret or without a database")
    func missingInProduction() async throws {
        let noSecret = try await Refusal.of(
            ["serve"],
            environment: ["VIBE_ENV": "production", "DATABASE_URL": "postgres://nobody@127.0.0.1:1/vibe"]
        )
        #expect(noSecret.status == 78)
        #expect(noSecret.line.contains("server.secret"), "\(noSecret.line)")

        let noDatabase = try await Refusal.of(
            ["serve"],
            environment: ["VIBE_ENV": "production", "VIBE_AUTH_SECRET": Self.secret]
        )
        #expect(noDatabase.status == 78)
        #expect(noDatabase.line.contains("database.url"), "\(noDatabase.line)")
    }

    @Test("two database addresses that differ")
    func twoAddresses() async throws {
        let refusal = try await Refusal.of(
            ["serve"],
            environment: ["DATABASE_URL": "postgres://a@127.0.0.1/a", "POSTGRES_URL": "postgres://b@127.0.0.1/b"]
        )
        #expect(refusal.status == 78)
        #expect(refusal.line.contains("DATABASE_URL") && refusal.line.contains("POSTGRES_URL"), "\(refusal.line)")
    }

    @Test(
        "a database that cannot be reached, by every command that needs it",
        arguments: [["serve"], ["schema", "status"]]
    )
    func unreachableDatabase(command: [String]) async throws {
        let refusal = try await Refusal.of(
            command,
            environment: [
                "VIBE_ENV": "test", "VIBE_AUTH_SECRET": Self.secret, "VIBE_SERVER_PORT": "0",
                "DATABASE_URL": "postgres://vibe:hunter2@127.0.0.1:1/vibe", "VIBE_DATABASE_START_TIMEOUT": "1s",
            ]
        )
        #expect(refusal.status == 69)
        #expect(refusal.line.contains("database"), "\(refusal.line)")
        #expect(!refusal.line.contains("hunter2"), "\(refusal.line)")
    }

    @Test("a port that is taken")
    func takenPort() async throws {
        try await withService { service, database in
            let refusal = try await Refusal.of(
                ["serve"],
                environment: [
                    "VIBE_ENV": "test", "VIBE_AUTH_SECRET": Self.secret, "VIBE_SERVER_PORT": "\(service.port)",
                    "DATABASE_URL": database.url,
                ]
            )
            #expect(refusal.status == 1)
            #expect(refusal.line.contains("127.0.0.1:\(service.port)"), "\(refusal.line)")
            #expect(try await service.client().get("/readyz").status == 200)
        }
    }

    @Test("Identity alone switched off: Messaging says what it misses")
    func missingRequirement() async throws {
        try await withTestDatabase(modules: nil) { database in
            let refusal = try await Refusal.of(
                ["serve"],
                environment: [
                    "VIBE_ENV": "test", "VIBE_AUTH_SECRET": Self.secret, "VIBE_SERVER_PORT": "0",
                    "DATABASE_URL": database.url, "VIBE_MODULES_IDENTITY_ENABLED": "false",
                ]
            )
            #expect(refusal.status != 0)
            #expect(refusal.line.contains("messaging") && refusal.line.contains("identity"), "\(refusal.line)")
        }
    }

    @Test(
        "an unknown command or option is wrong usage",
        arguments: [["sevre"], ["serve", "--prot", "1"], ["serve", "--set", "x"]]
    )
    func wrongUsage(arguments: [String]) async throws {
        #expect(try await VibeProgram.run(arguments).status == 64)
    }
}
