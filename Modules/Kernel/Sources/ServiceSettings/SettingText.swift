/// A value as someone wrote it, before its type is known: in the declaration of a default, in an environment variable
/// or in a flag. Literals work: `8080`, `true`, `"30s"`, `["a", "b"]`.
public enum SettingText: Sendable, Equatable {
    /// A single value.
    case scalar(String)
    /// A list of values.
    case list([String])
}

extension SettingText: ExpressibleByStringLiteral, ExpressibleByBooleanLiteral, ExpressibleByIntegerLiteral,
    ExpressibleByFloatLiteral, ExpressibleByArrayLiteral
{
    /// A text.
    public init(stringLiteral value: String) { self = .scalar(value) }
    /// `true` or `false`.
    public init(booleanLiteral value: Bool) { self = .scalar(String(value)) }
    /// An integer.
    public init(integerLiteral value: Int) { self = .scalar(String(value)) }
    /// A number.
    public init(floatLiteral value: Double) { self = .scalar(String(value)) }
    /// A list of texts.
    public init(arrayLiteral elements: String...) { self = .list(elements) }
}
