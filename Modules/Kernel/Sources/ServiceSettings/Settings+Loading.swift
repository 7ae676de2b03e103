extension Settings {
    /// Reads, checks and layers all settings. Later layers win: declared defaults, config.yaml, its
    /// `environments.<VIBE_ENV>`, environment variables, flags.
    ///
    /// Every layer is checked whole before any value is used, config.yaml with all its environments.
    /// - Parameters:
    ///   - registry: the settings of all modules.
    ///   - yaml: the text of config.yaml and what errors call it; nil if there is none.
    ///   - environment: the process environment.
    ///   - flags: the values of `--set`, by key.
    ///   - otherVariables: `VIBE_` variables that are no settings, such as those that clients read.
    /// - Throws: all that is wrong.
    public static func load(
        registry: SettingsRegistry,
        yaml: (text: String, file: String)? = nil,
        environment: [String: String] = [:],
        flags: [String: String] = [:],
        otherVariables: Set<String> = []
    ) throws(SettingsError) -> Settings {
        var problems = Problems()
        let chosen = EnvironmentLayer.environment(environment, &problems)
        var layers = [registry.defaults]
        if let yaml {
            let file = FileLayers(text: yaml.text, file: yaml.file, registry: registry, &problems)
            layers += [file.defaults, file.environments[chosen] ?? [:]]
        }
        layers.append(
            EnvironmentLayer.read(environment, registry: registry, otherVariables: otherVariables, &problems)
        )
        layers.append(FlagLayer.read(flags, registry: registry, &problems))
        // What is missing can only be said of layers that could be read.
        try problems.check()

        let settings = Settings(environment: chosen, resolved: resolve(layers, registry))
        settings.checkRequired(&problems)
        try problems.check()
        return settings
    }

    private static func resolve(_ layers: [SettingsLayer], _ registry: SettingsRegistry) -> [String: Resolved] {
        let values = layers.reduce(into: SettingsLayer()) { all, layer in all.merge(layer) { _, later in later } }
        return registry.declarations.mapValues { declaration in
            let entry = values[declaration.key]
            return Resolved(declaration: declaration, value: entry?.value, source: entry?.source ?? .declaration)
        }
    }

    /// An empty text is as missing as none. A module that is switched off needs nothing.
    private func checkRequired(_ problems: inout Problems) {
        for (key, setting) in resolved.sorted(by: { $0.key < $1.key }) {
            let declaration = setting.declaration
            guard declaration.requiredIn.contains(environment) else { continue }
            guard setting.value == nil || setting.value == .string("") else { continue }
            guard resolved[SettingsRegistry.switchKey(of: declaration.owner)]?.value != .bool(false) else { continue }
            problems.add("\(key) is not set: \(environment) needs it (\(declaration.usualVariable))")
        }
    }
}
