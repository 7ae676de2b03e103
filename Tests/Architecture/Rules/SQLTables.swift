extension Rule {
    /// A module's SQL names only the tables it owns, and `handles`; the list in its manifest is the list of the tables
    /// that its migrations create.
    static let sqlTables = Rule(name: "sql-tables") { tree in
        try tree.featureModules.flatMap { module in
            let tables = try ModuleTables(module, tree)
            return try tables.listing + tables.foreignMentions(tree)
        }
    }
}

/// The tables of a feature module and where its SQL stands.
struct ModuleTables {
    let module: String
    /// `tables:` in the manifest of `<M>Module.swift`.
    let listed: Set<String>
    let migrations: [String]
    /// Tables that the migrations create.
    private let created: [(path: String, mention: SQLText.Mention)]
    private let doorPath: String

    init(_ module: String, _ tree: SourceTree) throws {
        self.module = module
        doorPath = "Modules/\(module)/Sources/\(module)/\(module)Module.swift"
        migrations = tree.files(in: "Modules/\(module)/Sources/\(module)/Migrations", ending: ".sql")
        let door = tree.files.contains(doorPath) ? try tree.text(doorPath) : ""
        let list = door.firstMatch(of: #/\btables:\s*\[([^\]]*)\]/#)?.output.1 ?? ""
        listed = Set(list.matches(of: #/"([^"]+)"/#).map { String($0.output.1) })
        created = try migrations.flatMap { path in
            try SQLText(tree.text(path)).created.map { (path, $0) }
        }
    }

    /// Whether the list and the migrations agree.
    var listing: [Violation] {
        let unlisted = created.filter { !listed.contains($0.mention.table) }.map { path, mention in
            Violation(path, line: mention.line, "creates '\(mention.table)', which the manifest does not list")
        }
        let names = Set(created.map(\.mention.table))
        return unlisted
            + listed.subtracting(names).map { Violation(doorPath, "lists '\($0)', which no migration creates") }
    }

    /// Tables of others that the module's SQL names.
    func foreignMentions(_ tree: SourceTree) throws -> [Violation] {
        let sources = tree.files(in: "Modules/\(module)/Sources")
        let migrations = try sources.filter { $0.hasSuffix(".sql") }.map { ($0, [SQLText(try tree.text($0))]) }
        let stores = try sources.filter { $0.contains("/Store/") && $0.hasSuffix(".swift") }.map { path in
            (path, try tree.swift(path).literals.map { SQLText($0) })
        }
        return (migrations + stores).flatMap { path, texts in
            let local = texts.reduce(into: Set<String>()) { $0.formUnion($1.commonTableNames.union($1.temporary)) }
            return texts.flatMap(\.mentions).compactMap { mention -> Violation? in
                guard !isOwn(mention.table), !local.contains(mention.table) else { return nil }
                let table = mention.table == "\u{FFFC}" ? "a table that cannot be checked" : "'\(mention.table)'"
                return Violation(path, line: mention.line, "names \(table), which \(module) does not own")
            }
        }
    }

    private func isOwn(_ name: String) -> Bool {
        let own = listed.union(created.map(\.mention.table))
        return own.contains(name) || name == "handles" || name.hasPrefix("pg_") || name.hasPrefix("information_schema.")
            // The sequence behind an identity column: Postgres calls it table_column_seq.
            || (name.hasSuffix("_seq") && own.contains { name.hasPrefix($0 + "_") })
    }
}
