/// Walks over Swift text once. Knows just enough of the language to tell code from comments and strings.
struct SwiftLexer {
    private let bytes: [UInt8]
    private var at = 0
    private var line = 1

    private(set) var code: [UInt8] = []
    private(set) var commentLines: Set<Int> = []
    private(set) var literals: [SwiftSource.Literal] = []

    init(_ text: String) {
        bytes = Array(text.utf8)
    }

    mutating func run() {
        readCode(untilParenthesis: false)
    }

    /// Reads code to the end, or to the parenthesis that closes an interpolation.
    private mutating func readCode(untilParenthesis: Bool) {
        var depth = 0
        while let byte = peek() {
            switch byte {
            case ascii("/") where peek(1) == ascii("/"):
                readLineComment()
            case ascii("/") where peek(1) == ascii("*"):
                readBlockComment()
            case ascii("/") where startsRegex:
                readRegex()
            case ascii("#") where matches("#/"):
                readExtendedRegex()
            case ascii("\""):
                readString(hashes: 0)
            case ascii("#") where hashesBeforeQuote > 0:
                readString(hashes: hashesBeforeQuote)
            case ascii("("):
                depth += 1
                keep()
            case ascii(")"):
                if depth == 0, untilParenthesis { return }
                depth -= 1
                keep()
            default:
                keep()
            }
        }
    }

    private mutating func readLineComment() {
        commentLines.insert(line)
        while let byte = peek(), byte != ascii("\n") { skip() }
    }

    private mutating func readBlockComment() {
        var depth = 0
        repeat {
            commentLines.insert(line)
            if matches("/*") {
                depth += 1
                skip(2)
            } else if matches("*/") {
                depth -= 1
                skip(2)
            } else {
                skip()
            }
        } while depth > 0 && peek() != nil
    }

    /// A slash starts a regex where no operand stands before it and none of its own kind follows.
    private var startsRegex: Bool {
        guard let next = peek(1), next != ascii(" "), next != ascii("\n") else { return false }
        guard let last = code.last(where: { $0 != ascii(" ") && $0 != ascii("\n") }) else { return true }
        return "(,=:[{!&|?;".utf8.contains(last)
    }

    private mutating func readRegex() {
        keep()
        while let byte = peek(), byte != ascii("/"), byte != ascii("\n") {
            if byte == ascii("\\") { skip() }
            skip()
        }
        keep()
    }

    /// A regex between `#/` and `/#`, on one line or several.
    private mutating func readExtendedRegex() {
        skip(2)
        while peek() != nil, !matches("/#") { skip() }
        skip(2)
    }

    /// How many `#` stand here before a quote; 0 when what follows is no string.
    private var hashesBeforeQuote: Int {
        var count = 0
        while peek(count) == ascii("#") { count += 1 }
        return peek(count) == ascii("\"") ? count : 0
    }

    private mutating func readString(hashes: Int) {
        skip(hashes)
        let isMultiline = matches("\"\"\"")
        let quotes = isMultiline ? 3 : 1
        let fence = [UInt8](repeating: ascii("#"), count: hashes)
        let end = [UInt8](repeating: ascii("\""), count: quotes) + fence
        let escape = [ascii("\\")] + fence
        let start = line
        var text: [UInt8] = []
        for _ in 0..<quotes { keep() }
        while let byte = peek(), !matches(end) {
            if matches(escape), peek(escape.count) == ascii("(") {
                text += Array("\u{FFFC}".utf8)
                skip(escape.count)
                keep()
                readCode(untilParenthesis: true)
                if peek() != nil { keep() }
            } else if matches(escape), peek(escape.count) != nil {
                skip(escape.count)
                // What an escape stands for does not matter here; a word must end at it.
                text.append(ascii(" "))
                skip()
            } else if byte == ascii("\n"), !isMultiline {
                break
            } else {
                text.append(byte)
                skip()
            }
        }
        for _ in 0..<quotes where peek() == ascii("\"") { keep() }
        skip(hashes)
        literals.append(.init(line: start, text: String(decoding: text, as: UTF8.self)))
    }

    // MARK: Steps

    private func peek(_ distance: Int = 0) -> UInt8? {
        at + distance < bytes.count ? bytes[at + distance] : nil
    }

    private func matches(_ pattern: [UInt8]) -> Bool {
        for index in pattern.indices where peek(index) != pattern[index] { return false }
        return true
    }

    private func matches(_ pattern: StaticString) -> Bool {
        for index in 0..<pattern.utf8CodeUnitCount where peek(index) != pattern.utf8Start[index] { return false }
        return true
    }

    /// Takes a byte over into the code.
    private mutating func keep() {
        guard at < bytes.count else { return }
        if bytes[at] != ascii("\n") { code.append(bytes[at]) }
        skip()
    }

    /// Passes over bytes. Line breaks always reach the code, so that its lines are those of the file.
    private mutating func skip(_ count: Int = 1) {
        for _ in 0..<count where at < bytes.count {
            if bytes[at] == ascii("\n") {
                code.append(ascii("\n"))
                line += 1
            }
            at += 1
        }
    }

    private func ascii(_ character: Unicode.Scalar) -> UInt8 { UInt8(ascii: character) }
}
