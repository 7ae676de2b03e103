import YAML

/// The layers of config.yaml: its defaults, and one per environment.
struct FileLayers {
    private(set) var defaults: SettingsLayer = [:]
    private(set) var environments: [Settings.Environment: SettingsLayer] = [:]

    private let registry: SettingsRegistry
    private let file: String

    /// Reads and checks the whole file, the environments that are not chosen included.
    init(text: String, file: String, registry: SettingsRegistry, _ problems: inout Problems) {
        self.registry = registry
        self.file = file
        do {
            try read(YAML.parse(text: text, file: file), &problems)
        } catch {
            problems.add(error.reason, at: "\(error.file):\(error.line):\(error.column)")
        }
    }

    private mutating func read(_ root: YAMLNode, _ problems: inout Problems) {
        guard let entries = sectionEntries(root, name: "the file", &problems) else { return }
        for entry in entries {
            if entry.key == "environments" {
                readEnvironments(entry.value, &problems)
            } else {
                read(entry, parent: nil, environment: nil, into: &defaults, &problems)
            }
        }
    }

    private mutating func readEnvironments(_ node: YAMLNode, _ problems: inout Problems) {
        for entry in sectionEntries(node, name: "environments", &problems) ?? [] {
            guard let environment = Settings.Environment(rawValue: entry.key) else {
                let names = Settings.Environment.allCases.map(\.rawValue)
                let hint = NearestName.hint(for: entry.key, among: names)
                problems.add("unknown environment '\(entry.key)'\(hint)", at: place(entry.keyMark))
                continue
            }
            var layer: SettingsLayer = [:]
            for child in sectionEntries(entry.value, name: "environments.\(entry.key)", &problems) ?? [] {
                read(child, parent: nil, environment: environment, into: &layer, &problems)
            }
            environments[environment] = layer
        }
    }

    private func read(
        _ entry: YAMLEntry,
        parent: String?,
        environment: Settings.Environment?,
        into layer: inout SettingsLayer,
        _ problems: inout Problems
    ) {
        let path = (parent.map { $0 + "." } ?? "") + entry.key
        // Settings nest in one way only: `server.port: 1` on one line is no second spelling.
        if entry.key.contains(".") {
            problems.add("unknown setting '\(path)': write sections as nested mappings", at: place(entry.keyMark))
        } else if let declaration = registry.declarations[path] {
            do {
                let value = try declaration.value(of: entry.value)
                let mark = entry.keyMark
                layer[path] = LayerEntry(
                    value: value,
                    source: .file(name: file, line: mark.line, column: mark.column, environment: environment)
                )
            } catch {
                problems.add(error.message, at: place(error.mark))
            }
        } else if registry.sections.contains(path) {
            for child in sectionEntries(entry.value, name: path, &problems) ?? [] {
                read(child, parent: path, environment: environment, into: &layer, &problems)
            }
        } else {
            let known = Array(registry.declarations.keys) + registry.sections
            problems.add(
                "unknown setting '\(path)'\(NearestName.hint(for: path, among: known))",
                at: place(entry.keyMark)
            )
        }
    }

    /// The entries of a section; a section may be empty.
    private func sectionEntries(_ node: YAMLNode, name: String, _ problems: inout Problems) -> [YAMLEntry]? {
        if let entries = node.mapping { return entries }
        if node.scalar?.value != .null {
            problems.add("\(name): expected settings, found \(node.found)", at: place(node.mark))
        }
        return nil
    }

    private func place(_ mark: YAMLMark) -> String { "\(file):\(mark.line):\(mark.column)" }
}
