extension Rule {
    /// A foreign key that crosses modules points to `handles(handle)`: the one key that all of them share.
    static let foreignKeys = Rule(name: "foreign-keys") { tree in
        try tree.featureModules.flatMap { module in
            let tables = try ModuleTables(module, tree)
            return try tables.migrations.flatMap { path in
                try SQLText(tree.text(path)).references.compactMap { mention, columns -> Violation? in
                    guard !tables.listed.contains(mention.table) else { return nil }
                    guard mention.table != "handles" || columns != ["handle"] else { return nil }
                    let target = "\(mention.table)(\(columns.joined(separator: ", ")))"
                    return Violation(path, line: mention.line, "points to \(target), not to handles(handle)")
                }
            }
        }
    }
}
