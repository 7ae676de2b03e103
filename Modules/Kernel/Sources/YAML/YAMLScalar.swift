/// A scalar as written, and what it means under the YAML 1.2 core schema
/// (https://yaml.org/spec/1.2.2/#103-core-schema).
///
/// Narrower than that schema in two points: `true`, `false` and `null` are read in lower case only, and an integer
/// that does not fit in 64 bits is an error, so that no digit is ever lost.
public struct YAMLScalar: Sendable, Equatable {
    /// How a scalar was written.
    public enum Style: Sendable {
        /// Without quotes: the core schema decides the type.
        case plain
        /// In single or double quotes or as a block (`|`, `>`): always a string, unless a tag says otherwise.
        case quoted
    }

    /// A scalar's meaning.
    public enum Value: Sendable, Equatable {
        case null
        case bool(Bool)
        case int(Int)
        case float(Double)
        case string(String)
    }

    /// The text, escapes resolved.
    public let text: String
    /// How it was written.
    public let style: Style
    /// The explicit tag in its long form (`tag:yaml.org,2002:str`), `!`, or nil if there was none.
    public let tag: String?
    /// The meaning.
    public let value: Value

    /// Interprets a scalar.
    /// - Throws: the reason, if the text does not fit its tag or the integer not in 64 bits.
    init(text: String, style: Style, tag: String?) throws(InvalidScalar) {
        self.text = text
        self.style = style
        self.tag = tag
        self.value = try Self.resolve(text, style, tag)
    }

    /// A string; for those who assemble documents from parts.
    public init(string: String) {
        self.text = string
        self.style = .quoted
        self.tag = nil
        self.value = .string(string)
    }

    private static func resolve(_ text: String, _ style: Style, _ tag: String?) throws(InvalidScalar) -> Value {
        guard let tag else {
            return style == .plain ? try CoreSchema.value(of: text) : .string(text)
        }
        switch (tag, try? CoreSchema.value(of: text)) {
        case ("!", _), (CoreSchema.tag("str"), _): return .string(text)
        case (CoreSchema.tag("null"), .null?): return .null
        case (CoreSchema.tag("bool"), .bool(let value)?): return .bool(value)
        case (CoreSchema.tag("int"), .int(let value)?): return .int(value)
        case (CoreSchema.tag("float"), .float(let value)?): return .float(value)
        case (CoreSchema.tag("float"), .int(let value)?): return .float(Double(value))
        default: throw InvalidScalar(reason: "the value does not fit the tag '\(tag)'")
        }
    }
}

/// Why a scalar has no meaning. Never holds the text, which may be a secret.
struct InvalidScalar: Error {
    let reason: String
}
