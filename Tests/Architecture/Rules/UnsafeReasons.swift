extension Rule {
    /// Where the compiler's check of concurrency is switched off, a comment directly above proves that it may be.
    static let unsafeReasons = Rule(name: "unsafe-reasons") { tree in
        try tree.productSources.flatMap { path in
            let source = try tree.swift(path)
            return source.matches(of: #/@unchecked\s+Sendable|nonisolated\(unsafe\)/#).compactMap {
                line,
                match -> Violation? in
                // Attributes may stand between.
                var above = line - 1
                while above > 0, source.code[above - 1].firstMatch(of: #/^\s*@\w+(\(.*\))?\s*$/#) != nil { above -= 1 }
                guard !source.commentLines.contains(above) else { return nil }
                return Violation(path, line: line, "\(match.output) without the comment that proves it safe")
            }
        }
    }
}
