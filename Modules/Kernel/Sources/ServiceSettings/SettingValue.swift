/// A checked value.
enum SettingValue: Sendable, Equatable {
    case bool(Bool)
    case int(Int)
    case double(Double)
    /// Also a choice or an address.
    case string(String)
    case duration(Duration)
    case bytes(Int)
    case list([String])

    /// As it would be written in config.yaml.
    var text: String {
        switch self {
        case .bool(let value): String(value)
        case .int(let value): String(value)
        case .double(let value): String(value)
        case .string(let value): value
        case .duration(let value): DurationText.render(value)
        case .bytes(let value): ByteText.render(value)
        case .list(let items): items.joined(separator: ", ")
        }
    }
}
