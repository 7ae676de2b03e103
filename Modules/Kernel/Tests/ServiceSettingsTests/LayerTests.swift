import ServiceSettings
import Testing

@Suite("Layers, later wins")
struct LayerTests {
    static let yaml = """
        server:
          port: 1001
          bind: "0.0.0.0"
        environments:
          development:
            server:
              port: 1002
          test:
            server: {port: 1003}
        """

    @Test("Each layer covers those below it")
    func order() throws {
        let test = ["VIBE_ENV": "test"]
        let variable = test.merging(["VIBE_SERVER_PORT": "1004"]) { $1 }
        #expect(try Fixture.load().int("server.port") == 8080)
        #expect(try Fixture.load("server: {port: 1001}").int("server.port") == 1001)
        #expect(try Fixture.load(Self.yaml).int("server.port") == 1002)
        #expect(try Fixture.load(Self.yaml, environment: test).int("server.port") == 1003)
        #expect(try Fixture.load(Self.yaml, environment: test).string("server.bind") == "0.0.0.0")
        #expect(try Fixture.load(Self.yaml, environment: variable).int("server.port") == 1004)
        #expect(
            try Fixture.load(Self.yaml, environment: variable, flags: ["server.port": "1005"]).int("server.port")
                == 1005
        )
    }

    @Test("Each value knows its source")
    func sources() throws {
        func source(environment: [String: String] = [:], flags: [String: String] = [:]) throws -> String? {
            try Fixture.load(Self.yaml, environment: environment, flags: flags).source(of: "server.port")?.description
        }
        #expect(try Fixture.load().source(of: "server.port")?.description == "default")
        #expect(try source(environment: ["VIBE_ENV": "staging", "DATABASE_URL": "a://b"]) == "config.yaml:2")
        #expect(try source() == "config.yaml:7 (development)")
        #expect(try source(environment: ["PORT": "1"]) == "PORT")
        #expect(try source(environment: ["VIBE_SERVER_PORT": "1"]) == "VIBE_SERVER_PORT")
        #expect(try source(flags: ["server.port": "1"]) == "--set")
        #expect(try Fixture.load().source(of: "server.prot") == nil)
    }

    @Test("VIBE_ENV picks the environment, development if unset or empty", arguments: Settings.Environment.allCases)
    func environment(environment: Settings.Environment) throws {
        let variables = [
            "VIBE_ENV": environment.rawValue, "DATABASE_URL": "postgres://db/vibe", "VIBE_AUTH_SECRET": "s",
        ]
        #expect(try Fixture.load(environment: variables).environment == environment)
        #expect(try Fixture.load().environment == .development)
        #expect(try Fixture.load(environment: ["VIBE_ENV": ""]).environment == .development)
    }

    @Test("Every alias sets its setting; an empty variable sets nothing")
    func aliases() throws {
        for name in ["VIBE_DATABASE_URL", "DATABASE_URL", "POSTGRES_DATABASE_URL", "POSTGRES_URL"] {
            let settings = try Fixture.load(environment: [name: "postgres://db/vibe"])
            #expect(settings.optionalString("database.url") == "postgres://db/vibe")
            #expect(settings.source(of: "database.url") == .variable(name))
        }
        #expect(try Fixture.load(environment: ["PORT": "81"]).int("server.port") == 81)
        #expect(try Fixture.load(environment: ["PORT": ""]).int("server.port") == 8080)
        #expect(try Fixture.load(environment: ["ENFORCE_SIGNATURES": "true"]).bool("identity.enforce_signatures"))
        #expect(
            try Fixture.load(environment: ["VIBE_AUTH_SECRET": "s"]).optionalString("identity.auth_secret") == "s"
        )
    }

    @Test("Every module has a switch")
    func switches() throws {
        #expect(try Fixture.load().bool("modules.identity.enabled"))
        #expect(try Fixture.load().bool("modules.games.enabled") == false)
        #expect(try Fixture.load(environment: ["VIBE_MODULES_GAMES_ENABLED": "true"]).bool("modules.games.enabled"))
        #expect(try Fixture.load("modules: {games: {enabled: true}}").bool("modules.games.enabled"))
    }

    @Test("A setting without default can be unset again")
    func unset() throws {
        let yaml = """
            identity: {carryover_until: 2026-12-31}
            environments: {test: {identity: {carryover_until: null}}}
            """
        #expect(try Fixture.load(yaml).optionalString("identity.carryover_until") == "2026-12-31")
        let test = try Fixture.load(yaml, environment: ["VIBE_ENV": "test"])
        #expect(test.optionalString("identity.carryover_until") == nil)
        let flag = try Fixture.load(yaml, flags: ["identity.carryover_until": ""])
        #expect(flag.optionalString("identity.carryover_until") == nil)
    }

    @Test("An empty file, an empty section and an empty environment are fine")
    func empty() throws {
        for yaml in ["", "# nothing\n", "server:\n", "environments:\n", "environments:\n  test:\n"] {
            #expect(try Fixture.problems(yaml) == [])
        }
    }
}
