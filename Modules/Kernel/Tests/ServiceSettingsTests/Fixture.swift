import ServiceSettings
import Testing

/// Settings of every type, as modules declare them.
enum Fixture {
    static let kernel: [SettingDeclaration] = [
        SettingDeclaration(
            key: "server.port",
            type: .int(1...65535),
            default: 8080,
            description: "TCP port.",
            owner: "kernel",
            environmentAliases: ["PORT"]
        ),
        SettingDeclaration(
            key: "server.bind",
            type: .string,
            default: "127.0.0.1",
            description: "Address.",
            owner: "kernel"
        ),
        SettingDeclaration(
            key: "server.body_limit",
            type: .bytes,
            default: "256kB",
            description: "Largest body.",
            owner: "kernel"
        ),
        SettingDeclaration(
            key: "server.drain",
            type: .duration,
            default: "10s",
            description: "Grace.",
            owner: "kernel"
        ),
        SettingDeclaration(
            key: "server.origins",
            type: .list,
            default: ["https://a.example"],
            description: "CORS.",
            owner: "kernel"
        ),
        SettingDeclaration(
            key: "log.level",
            type: .choice(["debug", "info", "error"]),
            default: "info",
            description: "Least level.",
            owner: "kernel"
        ),
        SettingDeclaration(
            key: "log.sample",
            type: .double(0...1),
            default: 0.5,
            description: "Share.",
            owner: "kernel"
        ),
        SettingDeclaration(
            key: "database.url",
            type: .url,
            description: "Postgres.",
            owner: "kernel",
            isSecret: true,
            environmentAliases: ["DATABASE_URL", "POSTGRES_DATABASE_URL", "POSTGRES_URL"],
            requiredIn: [.staging, .production]
        ),
    ]

    static let identity: [SettingDeclaration] = [
        SettingDeclaration(
            key: "identity.auth_secret",
            type: .string,
            description: "Signs tokens.",
            owner: "identity",
            isSecret: true,
            environmentAliases: ["VIBE_AUTH_SECRET"],
            requiredIn: [.production]
        ),
        SettingDeclaration(
            key: "identity.enforce_signatures",
            type: .bool,
            default: false,
            description: "Refuse unsigned ones.",
            owner: "identity",
            environmentAliases: ["ENFORCE_SIGNATURES"]
        ),
        SettingDeclaration(
            key: "identity.carryover_until",
            type: .string,
            description: "Last day.",
            owner: "identity"
        ),
    ]

    static func registry() throws -> SettingsRegistry {
        var registry = SettingsRegistry()
        try registry.declare(kernel)
        try registry.declareModule("identity", settings: identity)
        try registry.declareModule("games", enabledByDefault: false)
        return registry
    }

    static func load(
        _ yaml: String? = nil,
        environment: [String: String] = [:],
        flags: [String: String] = [:],
        otherVariables: Set<String> = []
    ) throws -> Settings {
        try Settings.load(
            registry: registry(),
            yaml: yaml.map { ($0, "config.yaml") },
            environment: environment,
            flags: flags,
            otherVariables: otherVariables
        )
    }

    /// What loading reports, line by line; nothing if it succeeds.
    static func problems(
        _ yaml: String? = nil,
        environment: [String: String] = [:],
        flags: [String: String] = [:],
        otherVariables: Set<String> = []
    ) throws -> [String] {
        do {
            _ = try load(yaml, environment: environment, flags: flags, otherVariables: otherVariables)
            return []
        } catch let error as SettingsError {
            #expect(error.description == error.problems.map(\.description).joined(separator: "\n"))
            return error.problems.map(\.description)
        }
    }
}
