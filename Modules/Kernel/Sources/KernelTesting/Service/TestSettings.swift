import Kernel
import ServiceSettings

/// The settings of a service under test: the declared defaults, few connections, and what a test overrides.
enum TestSettings {
    static let secret = "a secret of tests, which everybody knows"

    static func load(
        modules: [any FeatureModule],
        databaseURL: String,
        overrides: [String: String]
    ) throws -> Settings {
        var values = [
            "server.port": "0",
            "server.secret": TestSettings.secret,
            "database.url": databaseURL,
            // Many services run at once against one server of 200 connections.
            "database.read_connections": "2",
            "database.write_connections": "3",
            "database.lease_connections": "4",
        ]
        values.merge(overrides) { _, override in override }
        return try Settings.load(
            registry: VibeService.registry(of: modules),
            environment: ["VIBE_ENV": "test"],
            flags: values
        )
    }
}
