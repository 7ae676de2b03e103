public import ServiceSettings

extension VibeService {
    /// Every setting of the kernel and of all compiled-in modules, also of those that are switched off.
    ///
    /// - Throws: `SettingsError` when two of them claim the same name.
    public static func registry(of modules: [any FeatureModule]) throws -> SettingsRegistry {
        var registry = SettingsRegistry()
        try registry.declare(KernelSettings.all)
        for module in modules {
            try registry.declareModule(module.manifest.name, settings: module.settings)
        }
        return registry
    }

    /// Checks what no single setting can say. Development trusts whoever can reach it (it has a sign-in page without
    /// passwords), so it must not be reachable from elsewhere.
    ///
    /// - Throws: ``StartFailure``.
    public static func check(_ settings: Settings) throws {
        guard settings.environment == .development else { return }
        let host = settings.string("server.host")
        guard ["127.0.0.1", "::1", "localhost"].contains(host) else {
            throw StartFailure(
                "server.host is \(host): development listens on loopback only (VIBE_ENV picks another environment).",
                code: 78
            )
        }
        guard settings.int("server.trusted_hops") == 0 else {
            throw StartFailure("server.trusted_hops is set: development stands behind no proxy.", code: 78)
        }
    }
}
