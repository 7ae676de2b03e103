import Foundation

/// How much two error messages are alike, 0 to 1, by the rules of the original's client
/// (`intelligence/serendipity.js`).
enum ErrorSimilarity {
    /// More than this counts as the same trouble.
    static let threshold = 0.6

    static func between(_ one: String, _ other: String) -> Double {
        let (one, other) = (normalised(one), normalised(other))
        guard !one.isEmpty, !other.isEmpty else { return 0 }
        if one == other { return 1 }
        if let known = errorClass(of: one), known == errorClass(of: other) { return 0.7 }
        let (words, others) = (words(in: one), words(in: other))
        let either = words.union(others).count
        return either == 0 ? 0 : Double(words.intersection(others).count) / Double(either)
    }

    /// Numbers and quotes say nothing of the kind of error, nor does what comes after a hundred characters.
    private static func normalised(_ error: String) -> String {
        let text = error.lowercased().filter { !"\"'`".contains($0) }
            .replacing(/[0-9]+/, with: "n")
        return String(text.prefix(100)).trimmingCharacters(in: .whitespacesAndNewlines)
    }

    private static func errorClass(of error: String) -> String? {
        classes.first(where: error.contains)
    }

    private static func words(in error: String) -> Set<String> {
        Set(error.split { !$0.isLetter && !$0.isNumber }.map(String.init).filter { $0.count > 3 })
    }

    private static let classes = [
        "typeerror", "referenceerror", "syntaxerror", "rangeerror", "keyerror", "valueerror", "attributeerror",
        "importerror", "modulenotfounderror", "nullpointerexception", "cannot find module", "econnrefused",
        "econnreset",
        "etimedout", "eaddrinuse", "enoent", "eacces", "permission denied", "out of memory", "segmentation fault",
        "deadlock", "cors",
    ]
}
