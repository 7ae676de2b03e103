/// SQL, taken apart far enough to tell which tables it names.
struct SQLText: Sendable {
    struct Mention: Sendable, Hashable {
        let table: String
        let line: Int
    }

    private let tokens: [SQLToken]

    /// The text of an `.sql` file.
    init(_ text: String) {
        tokens = SQLToken.list(text, firstLine: 1, ignoresCase: true)
    }

    /// A string in a Swift file: SQL, a piece of it, or a sentence, in which only words in upper case are keywords.
    init(_ literal: SwiftSource.Literal) {
        let ignoresCase = SQLText.looksLikeSQL(literal.text)
        tokens = SQLToken.list(literal.text, firstLine: literal.line, ignoresCase: ignoresCase)
    }

    /// Whether a text is SQL at all, judged by its first words. Keywords are written in upper case; all lower case is
    /// recognised too, while a sentence such as "Select a handle from the list" is not.
    static func looksLikeSQL(_ text: String) -> Bool {
        let start = text.drop { $0.isWhitespace || $0 == "(" }
        let upper =
            #/(SELECT|INSERT INTO|UPDATE [\w.]+|DELETE FROM|WITH \w+|(CREATE|ALTER|DROP) [A-Z]+|TRUNCATE|COPY|LOCK TABLE|NOTIFY|LISTEN|VACUUM|ANALYZE|EXPLAIN|SET LOCAL) ?\b/#
        let lower =
            #/(select .*? from|insert into|update [\w.]+ set|delete from|with \w+ as \(|(create|alter|drop) (table|index)|truncate table) ?\b/#
        return start.prefixMatch(of: upper) != nil || start.prefixMatch(of: lower.dotMatchesNewlines()) != nil
            || text.contains(
                #/\b(FROM|JOIN|INSERT INTO|UPDATE) [a-z_]+ .*?\b(WHERE|JOIN|SET|VALUES|ORDER BY)\b/#
                    .dotMatchesNewlines()
            )
    }

    /// Names that common table expressions define.
    var commonTableNames: Set<String> {
        Set(
            tokens.indices.compactMap { index in
                guard tokens[index].isName else { return nil }
                var next = index + 1
                if token(next) == "(" { next = closing(from: next) + 1 }
                guard token(next) == "AS" else { return nil }
                next += 1
                while ["NOT", "MATERIALIZED"].contains(token(next)) { next += 1 }
                return token(next) == "(" ? tokens[index].text.lowercased() : nil
            }
        )
    }

    /// Every table that the text reads, writes, creates, changes or refers to.
    var mentions: [Mention] {
        tokens.indices.flatMap { index -> [Mention] in
            switch token(index) {
            case "FROM" where !isFunctionArgument(index) && token(index - 1) != "DISTINCT":
                return list(from: index + 1)
            case "USING" where statementHolds("DELETE", before: index):
                return list(from: index + 1)
            case "JOIN":
                return Array(list(from: index + 1).prefix(1))
            case "REFERENCES", "COPY":
                return target(at: index + 1)
            case "INTO" where ["INSERT", "MERGE"].contains(token(index - 1)):
                return target(at: index + 1)
            case "UPDATE" where !["FOR", "KEY", "DO", "ON", "OR", "BEFORE", "AFTER", "OF"].contains(token(index - 1)):
                return target(at: index + 1)
            case "TABLE" where SQLText.creating.contains(token(index - 1)):
                return target(at: index + 1)
            case "TABLE" where token(index - 1) != "RETURNS":
                return list(from: index + 1)
            case "TRUNCATE" where token(index + 1) != "TABLE":
                return list(from: index + 1)
            case "OF" where token(index - 1) == "PARTITION":
                return target(at: index + 1)
            case "ON" where statementHolds("INDEX", before: index) || statementHolds("TRIGGER", before: index):
                return target(at: index + 1)
            default:
                return []
            }
        }
    }

    /// Tables that the text creates for good.
    var created: [Mention] { creations(temporary: false) }

    /// Tables that live no longer than a session.
    var temporary: Set<String> { Set(creations(temporary: true).map(\.table)) }

    /// Foreign keys: the table and, if named, the columns.
    var references: [(mention: Mention, columns: [String])] {
        tokens.indices.filter { token($0) == "REFERENCES" }.compactMap { index in
            guard let mention = target(at: index + 1).first else { return nil }
            let open = nameEnd(index + 1)
            guard token(open) == "(" else { return (mention, []) }
            return (mention, tokens[open + 1..<closing(from: open)].filter(\.isName).map(\.text))
        }
    }

    // MARK: Tokens

    private func token(_ index: Int) -> String {
        tokens.indices.contains(index) ? tokens[index].keyword : ""
    }

    private static let creating: Set<String> = ["CREATE", "UNLOGGED", "TEMP", "TEMPORARY"]

    private func creations(temporary: Bool) -> [Mention] {
        tokens.indices.filter { index in
            guard token(index) == "TABLE", SQLText.creating.contains(token(index - 1)) else { return false }
            return temporary == ["TEMP", "TEMPORARY"].contains(token(index - 1))
        }.flatMap { target(at: $0 + 1) }
    }

    /// The one table that a statement is about; what follows in parentheses are its columns.
    private func target(at start: Int) -> [Mention] {
        let index = skipNoise(start)
        guard tokens.indices.contains(index), tokens[index].isName else { return [] }
        return [mention(index, nameEnd(index))]
    }

    /// The tables of a list such as `ONLY messages m, handles AS h, unnest($1) AS x (a, b)`.
    private func list(from start: Int) -> [Mention] {
        var found: [Mention] = []
        var index = start
        while true {
            index = skipNoise(index)
            guard tokens.indices.contains(index) else { return found }
            if token(index) == "(" {
                index = closing(from: index) + 1
            } else if tokens[index].isName {
                let end = nameEnd(index)
                // A call gives rows without a table.
                if token(end) != "(" { found.append(mention(index, end)) }
                index = token(end) == "(" ? closing(from: end) + 1 : end
            } else {
                return found
            }
            if token(index) == "AS" { index += 1 }
            if tokens.indices.contains(index), tokens[index].isName { index += 1 }
            if token(index) == "(" { index = closing(from: index) + 1 }
            guard token(index) == "," else { return found }
            index += 1
        }
    }

    /// Passes over words that may stand before a table's name.
    private func skipNoise(_ start: Int) -> Int {
        var index = start
        while ["IF", "NOT", "EXISTS", "ONLY", "LATERAL"].contains(token(index)) { index += 1 }
        return index
    }

    private func mention(_ start: Int, _ end: Int) -> Mention {
        var name = tokens[start..<end].map(\.text).joined()
        if name.hasPrefix("public.") { name.removeFirst("public.".count) }
        return Mention(table: name, line: tokens[start].line)
    }

    /// The end of `name` or `schema.name`.
    private func nameEnd(_ start: Int) -> Int {
        token(start + 1) == "." ? min(start + 3, tokens.count) : start + 1
    }

    /// Whether `keyword` stands before `index` in the same statement.
    private func statementHolds(_ keyword: String, before index: Int) -> Bool {
        tokens[..<index].indices.reversed().prefix { token($0) != ";" }.contains { token($0) == keyword }
    }

    /// `EXTRACT(day FROM x)`, `trim(both FROM x)`, `substring(x FROM 2)`: FROM in parentheses without its own SELECT.
    private func isFunctionArgument(_ index: Int) -> Bool {
        var depth = 0
        for earlier in stride(from: index - 1, through: 0, by: -1) {
            switch token(earlier) {
            case ")": depth += 1
            case "(" where depth == 0: return ["EXTRACT", "TRIM", "SUBSTRING", "OVERLAY"].contains(token(earlier - 1))
            case "(": depth -= 1
            default: break
            }
        }
        return false
    }

    private func closing(from open: Int) -> Int {
        var depth = 0
        return tokens[open...].indices.first { index in
            if token(index) == "(" { depth += 1 }
            if token(index) == ")" { depth -= 1 }
            return depth == 0
        } ?? tokens.endIndex - 1
    }
}
