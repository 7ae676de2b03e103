/// A text that is no valid YAML, or more than the parser accepts.
public struct YAMLError: Error, Equatable, CustomStringConvertible {
    /// The name of the text, as given to the parser.
    public let file: String
    /// The line, from 1.
    public let line: Int
    /// The column, from 1.
    public let column: Int
    /// What is wrong, in one line.
    public let reason: String

    init(file: String, mark: YAMLMark, reason: String) {
        self.file = file
        self.line = mark.line
        self.column = mark.column
        self.reason = reason
    }

    /// `config.yaml:12:3: found a duplicate key`.
    public var description: String { "\(file):\(line):\(column): \(reason)" }
}
