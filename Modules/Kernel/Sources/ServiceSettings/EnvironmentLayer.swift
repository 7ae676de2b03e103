/// The layer of environment variables.
enum EnvironmentLayer {
    /// The variable that picks the environment. It is no setting: it decides what the settings are.
    static let environmentVariable = "VIBE_ENV"

    /// The environment that `VIBE_ENV` names; development if it is unset or wrong.
    static func environment(_ variables: [String: String], _ problems: inout Problems) -> Settings.Environment {
        guard let name = variables[environmentVariable], !name.isEmpty else { return .development }
        if let environment = Settings.Environment(rawValue: name) { return environment }
        let names = Settings.Environment.allCases.map(\.rawValue)
        problems.add(
            "unknown environment '\(name)'\(NearestName.hint(for: name, among: names)), expected one of "
                + names.joined(separator: ", "),
            at: environmentVariable
        )
        return .development
    }

    /// Reads every declared variable and checks that no `VIBE_` variable is left over. An empty variable counts as
    /// not set, as shells and container files leave them behind.
    ///
    /// If several variables of one setting are set, they must agree, whichever they are: two database addresses that
    /// differ mean that somebody is wrong about where the data is.
    static func read(
        _ variables: [String: String],
        registry: SettingsRegistry,
        otherVariables: Set<String>,
        _ problems: inout Problems
    ) -> SettingsLayer {
        checkNames(variables, registry, otherVariables, &problems)
        var layer: SettingsLayer = [:]
        for (key, declaration) in registry.declarations.sorted(by: { $0.key < $1.key }) {
            var first: (name: String, value: SettingValue)?
            for name in declaration.variables {
                guard let text = variables[name], !text.isEmpty else { continue }
                guard let value = declaration.type.value(of: .scalar(text)) else {
                    problems.add(declaration.mismatch(found: text), at: name)
                    continue
                }
                if let first, first.value != value {
                    problems.add("differs from \(first.name): both set \(key), so they must be the same", at: name)
                }
                if first == nil { first = (name, value) }
            }
            if let first { layer[key] = LayerEntry(value: first.value, source: .variable(first.name)) }
        }
        return layer
    }

    private static func checkNames(
        _ variables: [String: String],
        _ registry: SettingsRegistry,
        _ otherVariables: Set<String>,
        _ problems: inout Problems
    ) {
        let known = otherVariables.union(registry.keysByVariable.keys).union([environmentVariable])
        for name in variables.keys.sorted() where name.hasPrefix("VIBE_") && !known.contains(name) {
            problems.add("unknown variable\(NearestName.hint(for: name, among: known))", at: name)
        }
    }
}
