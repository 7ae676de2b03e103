import ServiceSettings
import Testing

@Suite("What is wrong, with its place")
struct ProblemTests {
    @Test(
        "In config.yaml",
        arguments: [
            ("server:\n  prot: 1", "config.yaml:2:3: unknown setting 'server.prot' (did you mean 'server.port'?)"),
            ("log: {}\nservre:\n  port: 1", "config.yaml:2:1: unknown setting 'servre' (did you mean 'server'?)"),
            ("entirely_else: 1", "config.yaml:1:1: unknown setting 'entirely_else'"),
            (
                "server.port: 1",
                "config.yaml:1:1: unknown setting 'server.port': write sections as nested mappings"
            ),
            (
                "server:\n  port: 99999",
                "config.yaml:2:9: server.port: expected an integer from 1 to 65535, found '99999'"
            ),
            (
                "server:\n  port: \"80\"",
                "config.yaml:2:9: server.port: expected an integer from 1 to 65535, found the text '80'"
            ),
            (
                "server: {port: [1]}",
                "config.yaml:1:16: server.port: expected an integer from 1 to 65535, found a list"
            ),
            ("server: {bind: {a: 1}}", "config.yaml:1:16: server.bind: expected text, found a mapping"),
            ("server: {bind: 127}", "config.yaml:1:16: server.bind: expected text, found '127' (put it in quotes)"),
            ("server: {bind: }", "config.yaml:1:16: server.bind: expected text, found nothing"),
            (
                "identity:\n  enforce_signatures: yes",
                "config.yaml:2:23: identity.enforce_signatures: expected true or false, found 'yes'"
            ),
            (
                "server:\n  drain: 10",
                "config.yaml:2:10: server.drain: expected a duration such as 250ms, 30s, 5m, 12h or 400d, found '10'"
            ),
            (
                "server:\n  body_limit: 256KB",
                "config.yaml:2:15: server.body_limit: expected a size such as 512B, 256kB, 4MB or 1GB, found '256KB'"
            ),
            ("log: {level: loud}", "config.yaml:1:14: log.level: expected one of debug, info, error, found 'loud'"),
            ("log: {sample: 1.5}", "config.yaml:1:15: log.sample: expected a number from 0.0 to 1.0, found '1.5'"),
            ("server: {origins: a}", "config.yaml:1:19: server.origins: expected a list, found 'a'"),
            (
                "server:\n  origins:\n    - a\n    - 1",
                "config.yaml:4:7: server.origins: expected text, found '1' (put it in quotes)"
            ),
            ("database:\n  url: secret", "config.yaml:2:8: database.url: expected an address such as scheme://host"),
            ("server: 1", "config.yaml:1:9: server: expected settings, found '1'"),
            ("- server", "config.yaml:1:1: the file: expected settings, found a list"),
            ("environments: [test]", "config.yaml:1:15: environments: expected settings, found a list"),
            (
                "environments:\n  prodution: {}",
                "config.yaml:2:3: unknown environment 'prodution' (did you mean 'production'?)"
            ),
            (
                "environments:\n  production:\n    server:\n      port: 0",
                "config.yaml:4:13: server.port: expected an integer from 1 to 65535, found '0'"
            ),
            (
                "environments:\n  staging:\n    sever: {port: 1}",
                "config.yaml:3:5: unknown setting 'sever' (did you mean 'server'?)"
            ),
            ("server:\n  port: 1\n  port: 2", "config.yaml:3:3: the key 'port' was already given on line 2"),
            (
                "server:\n\tport: 1",
                "config.yaml:2:1: found character that cannot start any token while scanning for the next token"
            ),
        ]
    )
    func file(yaml: String, expected: String) throws {
        #expect(try Fixture.problems(yaml) == [expected])
    }

    @Test(
        "In the environment",
        arguments: [
            ("VIBE_SERVER_PROT", "1", "VIBE_SERVER_PROT: unknown variable (did you mean 'VIBE_SERVER_PORT'?)"),
            ("VIBE_XYZZY_PLUGH_ABC", "", "VIBE_XYZZY_PLUGH_ABC: unknown variable"),
            ("PORT", "http", "PORT: server.port: expected an integer from 1 to 65535, found 'http'"),
            ("VIBE_DATABASE_URL", "hush", "VIBE_DATABASE_URL: database.url: expected an address such as scheme://host"),
            (
                "ENFORCE_SIGNATURES", "1",
                "ENFORCE_SIGNATURES: identity.enforce_signatures: expected true or false, found '1'"
            ),
            (
                "VIBE_ENV", "prodcution",
                "VIBE_ENV: unknown environment 'prodcution' (did you mean 'production'?), "
                    + "expected one of development, test, staging, production"
            ),
        ]
    )
    func variable(name: String, value: String, expected: String) throws {
        #expect(try Fixture.problems(environment: [name: value]) == [expected])
    }

    @Test("Variables of others pass: foreign ones, allowed ones")
    func foreignVariables() throws {
        #expect(try Fixture.problems(environment: ["VIBES": "1", "HOME": "/", "SERVER_PORT": "x"]) == [])
        #expect(try Fixture.problems(environment: ["VIBE_API_URL": "x"], otherVariables: ["VIBE_API_URL"]) == [])
    }

    @Test("Two addresses of the database must be the same one, and are not shown")
    func differingAddresses() throws {
        let one = "postgres://one/vibe"
        let names = ["VIBE_DATABASE_URL", "DATABASE_URL", "POSTGRES_DATABASE_URL", "POSTGRES_URL"]
        for (index, first) in names.enumerated() {
            for second in names[(index + 1)...] {
                #expect(try Fixture.problems(environment: [first: one, second: one]) == [])
                #expect(
                    try Fixture.problems(environment: [first: one, second: "postgres://two/vibe"])
                        == ["\(second): differs from \(first): both set database.url, so they must be the same"]
                )
            }
        }
    }

    @Test("In flags")
    func flags() throws {
        #expect(
            try Fixture.problems(flags: ["server.prot": "1", "server.port": "", "log.level": "debug"]) == [
                "--set: server.port: expected an integer from 1 to 65535, found ''",
                "--set: unknown setting 'server.prot' (did you mean 'server.port'?)",
            ]
        )
    }

    @Test("Missing where it is needed")
    func missing() throws {
        let production = ["VIBE_ENV": "production"]
        #expect(
            try Fixture.problems(environment: production) == [
                "database.url is not set: production needs it (DATABASE_URL)",
                "identity.auth_secret is not set: production needs it (VIBE_AUTH_SECRET)",
            ]
        )
        let withDatabase = production.merging(["DATABASE_URL": "postgres://db/vibe"]) { $1 }
        #expect(
            try Fixture.problems("identity: {auth_secret: \"\"}", environment: withDatabase)
                == ["identity.auth_secret is not set: production needs it (VIBE_AUTH_SECRET)"]
        )
        #expect(try Fixture.problems("modules: {identity: {enabled: false}}", environment: withDatabase) == [])
        #expect(
            try Fixture.problems(environment: ["VIBE_ENV": "staging"])
                == ["database.url is not set: staging needs it (DATABASE_URL)"]
        )
    }

    @Test("All at once, in the order of the file, then variables, then flags")
    func everything() throws {
        let yaml = """
            server:
              prot: 1
              port: 0
            environments:
              test:
                log: {level: no}
            """
        let problems = try Fixture.problems(yaml, environment: ["VIBE_X_Y_Z": "1"], flags: ["log.sample": "2"])
        #expect(
            problems == [
                "config.yaml:2:3: unknown setting 'server.prot' (did you mean 'server.port'?)",
                "config.yaml:3:9: server.port: expected an integer from 1 to 65535, found '0'",
                "config.yaml:6:18: log.level: expected one of debug, info, error, found 'no'",
                "VIBE_X_Y_Z: unknown variable",
                "--set: log.sample: expected a number from 0.0 to 1.0, found '2'",
            ]
        )
    }
}
