/// A word or a mark of SQL. Comments and quoted texts are left out; the body of a function counts as SQL.
struct SQLToken: Sendable {
    let text: String
    let line: Int
    /// What to compare with keywords, in upper case; a quoted name is none.
    let keyword: String

    private var isQuoted: Bool { keyword == "\"" }

    /// Whether it can name a table: a word that is no keyword of those that may follow one, or the mark of an
    /// interpolation, which names a table that nobody can check.
    var isName: Bool {
        if isQuoted || text == "\u{FFFC}" { return true }
        guard let first = text.unicodeScalars.first, first == "_" || first.properties.isAlphabetic else { return false }
        return !SQLToken.reserved.contains(keyword)
    }

    private static let reserved: Set<String> = [
        "AS", "SELECT", "WHERE", "SET", "VALUES", "ON", "USING", "JOIN", "LEFT", "RIGHT", "FULL", "INNER", "CROSS",
        "NATURAL", "ORDER", "GROUP", "HAVING", "LIMIT", "OFFSET", "UNION", "INTERSECT", "EXCEPT", "RETURNING", "FOR",
        "WITH", "DEFAULT", "FROM", "ROWS", "AND", "OR", "ADD", "DROP", "ALTER", "RENAME", "IN", "TABLESAMPLE",
        "PARTITION", "OF", "INHERITS", "NOT", "IF", "EXISTS", "ONLY", "LATERAL", "CASCADE", "RESTRICT", "RESTART",
        "TO", "STDIN", "STDOUT", "WINDOW", "FETCH", "WHEN", "IS", "ENABLE", "DISABLE", "VALIDATE", "LIKE",
    ]

    static func list(_ text: String, firstLine: Int, ignoresCase: Bool) -> [SQLToken] {
        var tokens: [SQLToken] = []
        var line = firstLine
        var rest = Substring(text)
        while let first = rest.first {
            let lineHere = line
            let taken: Substring
            if let match = rest.prefixMatch(
                of: #/\s+|--[^\n]*|\/\*.*?\*\/|'(?:[^']|'')*'|\$\w*\$/#.dotMatchesNewlines()
            ) {
                taken = match.output
            } else if let match = rest.prefixMatch(of: #/"((?:[^"]|"")*)"/#) {
                taken = match.output.0
                tokens.append(SQLToken(text: String(match.output.1), line: lineHere, keyword: "\""))
            } else if let match = rest.prefixMatch(of: #/[\p{L}_][\w$]*/#) {
                taken = match.output
                let keyword = ignoresCase ? taken.uppercased() : String(taken)
                tokens.append(SQLToken(text: String(taken), line: lineHere, keyword: keyword))
            } else {
                taken = rest.prefix(1)
                tokens.append(SQLToken(text: String(first), line: lineHere, keyword: String(first)))
            }
            line += taken.count { $0.isNewline }
            rest = rest[taken.endIndex...]
        }
        return tokens
    }
}
