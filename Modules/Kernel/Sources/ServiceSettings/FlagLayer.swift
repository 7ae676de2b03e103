/// The layer of `--set key=value`.
enum FlagLayer {
    /// Reads the flags; one without a value (`--set database.url=`) unsets a setting that has no default.
    static func read(
        _ flags: [String: String],
        registry: SettingsRegistry,
        _ problems: inout Problems
    ) -> SettingsLayer {
        var layer: SettingsLayer = [:]
        for (key, text) in flags.sorted(by: { $0.key < $1.key }) {
            guard let declaration = registry.declarations[key] else {
                let hint = NearestName.hint(for: key, among: registry.declarations.keys)
                problems.add("unknown setting '\(key)'\(hint)", at: "--set")
                continue
            }
            if text.isEmpty, declaration.default == nil {
                layer[key] = LayerEntry(value: nil, source: .flag)
            } else if let value = declaration.type.value(of: .scalar(text)) {
                layer[key] = LayerEntry(value: value, source: .flag)
            } else {
                problems.add(declaration.mismatch(found: text), at: "--set")
            }
        }
        return layer
    }
}
