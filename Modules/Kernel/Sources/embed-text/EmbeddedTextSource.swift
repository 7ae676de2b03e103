/// The generated Swift file.
enum EmbeddedTextSource {
    static func render(_ files: [TextFile]) throws -> String {
        let migrations = files.filter { $0.migrationName != nil }.sorted { $0.path < $1.path }
        let others = files.filter { $0.migrationName == nil }.sorted { $0.path < $1.path }

        var source =
            "// Generated from the target's .sql and .yaml files by the plugin EmbedText.\n\nenum EmbeddedText {\n"
        var paths = ["migrations": "the list of migrations"]
        for file in others {
            if let other = paths.updateValue(file.path, forKey: file.constantName) {
                throw EmbedTextError(reason: "\(file.path) and \(other) have one name, '\(file.constantName)'")
            }
            // Back quotes, because `default.yaml` is a fine name for a file.
            source += "    static let `\(file.constantName)`: String = \(RawStringLiteral.render(file.text))\n"
        }
        source += "    /// In the order in which they run.\n"
        source += "    static let migrations: [(name: String, text: String)] = [\n"
        for file in migrations {
            let name = RawStringLiteral.render(file.migrationName ?? file.path)
            source += "(name: \(name), text: \(RawStringLiteral.render(file.text))),\n"
        }
        return source + "    ]\n}\n"
    }
}
