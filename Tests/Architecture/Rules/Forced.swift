extension Rule {
    /// No `try!`, `as!` or forced unwrap in the product: what cannot be is an error with a name, not a crash.
    static let forced = Rule(name: "forced") { tree in
        try tree.productSources.flatMap { path in
            let source = try tree.swift(path)
            return source.matches(of: #/\b(try|as)!/#).map { line, match in
                Violation(path, line: line, "\(match.output.1)! crashes where an error is due")
            }
                + source.matches(of: #/(?<word>[\w)\]}?>"]+)!(?!=)/#)
                .filter { !["try", "as"].contains($0.match.output.word) }
                .map { line, _ in Violation(path, line: line, "forces an optional") }
        }
    }
}
