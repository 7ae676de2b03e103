/// Why a text is not JSON as RFC 8259 has it, and where.
///
/// The description names positions and reasons only, never a byte of the text, so that it may be logged.
public struct JSONError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What was wrong.
    public enum Reason: String, Hashable, Sendable {
        case unexpectedEnd = "the text ends too early"
        case unexpectedByte = "unexpected byte"
        case trailingBytes = "bytes after the end of the value"
        case invalidLiteral = "neither true, false nor null"
        case invalidNumber = "malformed number"
        case invalidEscape = "malformed escape in a string"
        case controlCharacter = "unescaped control character in a string"
        case invalidUTF8 = "not valid UTF-8"
        case tooDeep = "nested deeper than 64 levels"
        case tooLarge = "longer than 2 GiB"
    }

    public let reason: Reason
    /// Offset of the offending byte from the start of the text; the text's length when it ends too early.
    public let offset: Int

    public init(_ reason: Reason, at offset: Int) {
        self.reason = reason
        self.offset = offset
    }

    public var description: String { "\(reason.rawValue), at byte \(offset)" }
}
