extension Rule {
    /// SQL of a feature module stands in `Store/` and `Migrations/`, nowhere else; App has none.
    static let sqlPlace = Rule(name: "sql-place") { tree in
        let folders = (tree.featureModules + ["Cutover"]).map { "Modules/\($0)/Sources" } + ["App"]
        return try folders.flatMap { folder in
            try tree.files(in: folder).flatMap { path -> [Violation] in
                let folders = path.split(separator: "/")
                guard !folders.contains("Store"), !folders.contains("Migrations") else { return [] }
                if path.hasSuffix(".sql") { return [Violation(path, "belongs into Migrations/")] }
                guard path.hasSuffix(".swift") else { return [] }
                return try tree.swift(path).literals.filter { SQLText.looksLikeSQL($0.text) }.map {
                    Violation(path, line: $0.line, "SQL belongs into Store/")
                }
            }
        }
    }
}
