extension Rule {
    /// No `@_exported import`: it would let one module's names reach those that never imported it.
    static let exportedImports = Rule(name: "exported-imports") { tree in
        try tree.files.filter { $0.hasSuffix(".swift") }.flatMap { path in
            try tree.swift(path).matches(of: #/@_exported\b/#).map { line, _ in
                Violation(path, line: line, "re-exports a module")
            }
        }
    }
}
