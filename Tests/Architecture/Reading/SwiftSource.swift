/// A Swift file, taken apart into code, comments and string literals.
struct SwiftSource: Sendable {
    struct Literal: Sendable {
        /// Where it starts, from 1.
        let line: Int
        /// Its text; each interpolation is one `\u{FFFC}`.
        let text: String
    }

    /// The code, line by line. Comments are gone, and of a string literal only its quotes and interpolations are left.
    let code: [String]
    /// The lines, as numbers from 1, that hold a comment or a part of one.
    let commentLines: Set<Int>
    let literals: [Literal]

    init(_ text: String) {
        var lexer = SwiftLexer(text)
        lexer.run()
        code = String(decoding: lexer.code, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
            .map(String.init)
        commentLines = lexer.commentLines
        literals = lexer.literals.sorted { $0.line < $1.line }
    }

    /// Matches of `pattern` in the code, with their line numbers.
    func matches<Output>(of pattern: some RegexComponent<Output>) -> [(line: Int, match: Regex<Output>.Match)] {
        code.enumerated().flatMap { index, line in
            line.matches(of: pattern).map { (index + 1, $0) }
        }
    }
}
