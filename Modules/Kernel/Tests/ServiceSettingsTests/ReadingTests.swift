import Configuration
import ServiceSettings
import Testing

@Suite("Typed reading")
struct ReadingTests {
    @Test("Every type from YAML and from a variable")
    func types() throws {
        let yaml = """
            server: {port: 0x1F90, bind: "::1", body_limit: 4MB, drain: 250ms, origins: [a, "b,c"]}
            log: {level: debug, sample: 1}
            identity: {enforce_signatures: true}
            database: {url: "postgres:///vibe?host=/run/postgresql"}
            """
        let file = try Fixture.load(yaml)
        #expect(file.int("server.port") == 8080)
        #expect(file.string("server.bind") == "::1")
        #expect(file.bytes("server.body_limit") == 4 * 1024 * 1024)
        #expect(file.duration("server.drain") == .milliseconds(250))
        #expect(file.list("server.origins") == ["a", "b,c"])
        #expect(file.string("log.level") == "debug")
        #expect(file.double("log.sample") == 1)
        #expect(file.bool("identity.enforce_signatures"))
        #expect(file.optionalString("database.url") == "postgres:///vibe?host=/run/postgresql")
        #expect(file.optionalString("identity.auth_secret") == nil)

        let variables = try Fixture.load(environment: [
            "VIBE_SERVER_BODY_LIMIT": "1GB", "VIBE_SERVER_DRAIN": "400d", "VIBE_SERVER_ORIGINS": "a, b,",
            "VIBE_LOG_SAMPLE": "0.25",
        ])
        #expect(variables.bytes("server.body_limit") == 1 << 30)
        #expect(variables.duration("server.drain") == .seconds(400 * 86_400))
        #expect(variables.list("server.origins") == ["a", "b"])
        #expect(variables.double("log.sample") == 0.25)
    }

    @Test("Mistakes of the program stop it with a clear message")
    func mistakes() async throws {
        let undeclared = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = try Fixture.load().int("server.prot")
        }
        #expect(undeclared?.error.contains("nobody declared the setting 'server.prot'") == true)
        let mistyped = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = try Fixture.load().string("server.port")
        }
        #expect(mistyped?.error.contains("'server.port' is declared as int, not string") == true)
        let unset = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            // Set here, but not everywhere: caught on the developer's machine, not in production.
            _ = try Fixture.load(environment: ["DATABASE_URL": "postgres://db"]).string("database.url")
        }
        #expect(unset?.error.contains("'database.url' may be unset in development") == true)
    }

    @Test("vibe config shows everything but secrets")
    func effective() throws {
        let settings = try Fixture.load(
            "server: {drain: 90s}",
            environment: ["DATABASE_URL": "postgres://me:hush@db/vibe", "PORT": "81"]
        )
        let effective = settings.effective
        #expect(effective.map(\.key) == effective.map(\.key).sorted())
        #expect(effective.count == Fixture.kernel.count + Fixture.identity.count + 2)
        func shown(_ key: String) throws -> [String?] {
            let setting = try #require(effective.first { $0.key == key })
            return [setting.value, setting.source, setting.description, setting.owner]
        }
        #expect(try shown("database.url") == ["••••", "DATABASE_URL", "Postgres.", "kernel"])
        #expect(try shown("identity.auth_secret") == [nil, "default", "Signs tokens.", "identity"])
        #expect(try shown("server.port") == ["81", "PORT", "TCP port.", "kernel"])
        #expect(try shown("server.drain") == ["90s", "config.yaml:1", "Grace.", "kernel"])
        #expect(try shown("server.body_limit") == ["256kB", "default", "Largest body.", "kernel"])
        #expect(try shown("server.origins")[0] == "https://a.example")
        #expect("\(effective)".contains("hush") == false)
    }

    @Test("Libraries read the same values through swift-configuration")
    func configReader() throws {
        let settings = try Fixture.load(environment: ["DATABASE_URL": "postgres://db", "VIBE_SERVER_DRAIN": "2m"])
        let reader = ConfigReader(provider: settings)
        #expect(reader.int(forKey: "server.port") == 8080)
        #expect(reader.bool(forKey: "modules.games.enabled") == false)
        #expect(reader.double(forKey: "log.sample") == 0.5)
        #expect(reader.string(forKey: "server.drain") == "2m")
        #expect(reader.int(forKey: "server.drain", as: Duration.self) == .seconds(120))
        #expect(reader.int(forKey: "server.body_limit") == 262_144)
        #expect(reader.stringArray(forKey: "server.origins") == ["https://a.example"])
        #expect(reader.string(forKey: "identity.auth_secret") == nil)
        #expect(throws: SettingTypeMismatch.self) { try reader.requiredBool(forKey: "server.port") }
        let url = try settings.value(forKey: AbsoluteConfigKey(["database", "url"]), type: .string).value
        #expect(url?.isSecret == true)
        #expect(url.map { "\($0)" }?.contains("postgres") == false)
    }
}

extension ExitTest.Result {
    fileprivate var error: String { String(decoding: standardErrorContent, as: UTF8.self) }
}
