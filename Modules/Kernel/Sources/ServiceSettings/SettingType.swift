/// What a setting may hold.
public enum SettingType: Sendable, Equatable {
    /// `true` or `false`.
    case bool
    /// An integer within the range.
    case int(ClosedRange<Int>)
    /// A number within the range.
    case double(ClosedRange<Double>)
    /// Any text.
    case string
    /// A length of time: a whole number and one of `ms`, `s`, `m`, `h`, `d`.
    case duration
    /// An amount of memory: a whole number and one of `B`, `kB`, `MB`, `GB`, each 1024 times the one before.
    case bytes
    /// One of these words.
    case choice([String])
    /// A list of texts; in variables and flags separated by commas.
    case list
    /// An address with a scheme: `postgres://…`.
    case url

    var kind: SettingKind {
        switch self {
        case .bool: .bool
        case .int: .int
        case .double: .double
        case .string, .choice, .url: .string
        case .duration: .duration
        case .bytes: .bytes
        case .list: .list
        }
    }

    /// What a person has to write: `an integer from 1 to 65535`.
    var expectation: String {
        switch self {
        case .bool: "true or false"
        case .int(let range) where range == Int.min...Int.max: "an integer"
        case .int(let range) where range.upperBound == Int.max: "an integer of at least \(range.lowerBound)"
        case .int(let range): "an integer from \(range.lowerBound) to \(range.upperBound)"
        case .double(let range): "a number from \(range.lowerBound) to \(range.upperBound)"
        case .string: "text"
        case .duration: "a duration such as 250ms, 30s, 5m, 12h or 400d"
        case .bytes: "a size such as 512B, 256kB, 4MB or 1GB"
        case .choice(let words): "one of " + words.joined(separator: ", ")
        case .list: "a list"
        case .url: "an address such as scheme://host"
        }
    }

    /// The value of a text of this type, or nil if it is none.
    func value(of text: SettingText) -> SettingValue? {
        switch (self, text) {
        case (.list, .list(let items)): .list(items)
        case (.list, .scalar(let text)): .list(Self.items(of: text))
        case (_, .list): nil
        case (.bool, .scalar("true")): .bool(true)
        case (.bool, .scalar("false")): .bool(false)
        case (.bool, _): nil
        case (.int(let range), .scalar(let text)):
            Int(text).flatMap { range.contains($0) ? .int($0) : nil }
        case (.double(let range), .scalar(let text)):
            Double(text).flatMap { range.contains($0) ? .double($0) : nil }
        case (.string, .scalar(let text)): .string(text)
        case (.duration, .scalar(let text)): DurationText.parse(text).map { .duration($0) }
        case (.bytes, .scalar(let text)): ByteText.parse(text).map { .bytes($0) }
        case (.choice(let words), .scalar(let text)): words.contains(text) ? .string(text) : nil
        case (.url, .scalar(let text)): Self.isURL(text) ? .string(text) : nil
        }
    }

    private static func items(of text: String) -> [String] {
        text.split(separator: ",").map { String($0.trimmingSpaces) }.filter { !$0.isEmpty }
    }

    /// `scheme://something`, without spaces or control characters. Whoever uses the address knows the rest.
    private static func isURL(_ text: String) -> Bool {
        guard let end = text.firstRange(of: "://") else { return false }
        let scheme = text[..<end.lowerBound]
        return scheme.first.map { $0.isASCII && $0.isLetter } ?? false
            && scheme.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "+-.".contains($0)) }
            && end.upperBound < text.endIndex
            && text.unicodeScalars.allSatisfy { $0.value > 0x20 && $0.value != 0x7F }
    }
}

/// How a setting's value is read.
enum SettingKind {
    case bool, int, double, string, duration, bytes, list
}

extension Substring {
    var trimmingSpaces: Substring {
        var rest = drop { $0 == " " }
        while rest.last == " " { rest.removeLast() }
        return rest
    }
}
