/// One statement of a file, and where it begins.
struct SQLStatement: Hashable, Sendable {
    let text: String
    /// The line of the file on which the statement begins, from 1.
    let line: Int

    /// The line of the file at a position that the server reports: characters of the statement, from 1.
    func line(at position: Int?) -> Int {
        guard let position else { return line }
        return line + text.unicodeScalars.prefix(max(position - 1, 0)).count { $0 == "\n" }
    }

    /// Whether it begins or ends a transaction, which is not a migration's to decide.
    var controlsTransaction: Bool {
        let word = text.prefix { $0.isLetter }.uppercased()
        return ["BEGIN", "START", "COMMIT", "END", "ROLLBACK", "ABORT"].contains(word)
    }
}

/// Splits the text of a file into statements, so that a failing one can be named by its line.
///
/// It knows quoted text and names, dollar quotes, and comments (nested ones too), as in chapter 4.1, "Lexical
/// Structure", of the Postgres documentation. It does not know bodies of functions in the SQL-standard form
/// (`BEGIN ATOMIC`): functions are written with dollar quotes.
struct SQLScript {
    private let bytes: [UInt8]
    private var position = 0
    private var line = 1
    private var statements: [SQLStatement] = []
    /// Where the open statement begins.
    private var start: (offset: Int, line: Int)?

    static func statements(of sql: String) -> [SQLStatement] {
        var script = SQLScript(bytes: Array(sql.utf8))
        script.split()
        return script.statements
    }

    private init(bytes: [UInt8]) {
        self.bytes = bytes
    }

    private mutating func split() {
        while position < bytes.count {
            switch bytes[position] {
            case UInt8(ascii: "-") where next == UInt8(ascii: "-"): skipLine()
            case UInt8(ascii: "/") where next == UInt8(ascii: "*"): skipComment()
            case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r"), UInt8(ascii: "\n"): advance()
            case UInt8(ascii: ";"): finish()
            case UInt8(ascii: "'"):
                begin()
                skipQuoted(UInt8(ascii: "'"), escapes: isEscapeString)
            case UInt8(ascii: "\""):
                begin()
                skipQuoted(UInt8(ascii: "\""), escapes: false)
            case UInt8(ascii: "$"):
                begin()
                skipDollarQuoted()
            default:
                begin()
                advance()
            }
        }
        finish()
    }

    private var next: UInt8? { position + 1 < bytes.count ? bytes[position + 1] : nil }

    private mutating func advance() {
        if bytes[position] == UInt8(ascii: "\n") { line += 1 }
        position += 1
    }

    private mutating func begin() {
        if start == nil { start = (position, line) }
    }

    /// Ends the open statement before the current byte, and drops that byte.
    private mutating func finish() {
        if let start {
            let text = String(decoding: bytes[start.offset..<position], as: UTF8.self)
            statements.append(SQLStatement(text: text, line: start.line))
        }
        start = nil
        if position < bytes.count { advance() }
    }

    private mutating func skipLine() {
        while position < bytes.count, bytes[position] != UInt8(ascii: "\n") { advance() }
    }

    private mutating func skipComment() {
        var depth = 0
        repeat {
            if bytes[position] == UInt8(ascii: "/"), next == UInt8(ascii: "*") {
                depth += 1
                advance()
            } else if bytes[position] == UInt8(ascii: "*"), next == UInt8(ascii: "/") {
                depth -= 1
                advance()
            }
            advance()
        } while depth > 0 && position < bytes.count
    }

    /// Whether the quote that begins here is that of `E'…'`, in which a backslash escapes.
    private var isEscapeString: Bool {
        guard position > 0, bytes[position - 1] | 0x20 == UInt8(ascii: "e") else { return false }
        return position == 1 || !Self.isNameByte(bytes[position - 2])
    }

    /// A doubled quote ends one part and begins the next, which comes to the same.
    private mutating func skipQuoted(_ quote: UInt8, escapes: Bool) {
        advance()
        while position < bytes.count, bytes[position] != quote {
            if escapes, bytes[position] == UInt8(ascii: "\\"), next != nil { advance() }
            advance()
        }
        if position < bytes.count { advance() }
    }

    /// `$tag$ … $tag$`. A `$` within a name or before a digit begins no quote.
    private mutating func skipDollarQuoted() {
        var end = position + 1
        while end < bytes.count, Self.isNameByte(bytes[end]), bytes[end] != UInt8(ascii: "$") { end += 1 }
        let isInName = position > 0 && Self.isNameByte(bytes[position - 1])
        let hasDigit = next.map { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) } ?? false
        guard end < bytes.count, bytes[end] == UInt8(ascii: "$"), !isInName, !hasDigit else { return advance() }
        let tag = bytes[position...end]
        while position <= end { advance() }
        while position < bytes.count {
            if bytes[position...].starts(with: tag) {
                for _ in tag { advance() }
                return
            }
            advance()
        }
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "$"), 0x80...0xFF:
            true
        default: false
        }
    }
}
