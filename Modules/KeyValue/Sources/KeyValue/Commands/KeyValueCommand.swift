/// One command: its name and its arguments, as raw bytes.
///
/// ```swift
/// KeyValueCommand("SET", "streak:ada", value, "EX", 60)
/// ```
public struct KeyValueCommand: Hashable, Sendable {
    /// The name in capitals, then the arguments. Never empty.
    public let parts: [[UInt8]]

    /// Whether the command changes nothing, so that it may be repeated: decided by its name, from a list; a command
    /// that is not in it counts as a write.
    public let isRead: Bool

    /// - Parameters:
    ///   - name: such as `GET`; capitals do not matter.
    ///   - arguments: texts are sent as UTF-8, numbers as decimal digits.
    public init(_ name: String, _ arguments: any KeyValueArgument...) {
        self.init(name, arguments: arguments.map(\.keyValueBytes))
    }

    /// - Parameters:
    ///   - name: such as `MGET`; capitals do not matter.
    ///   - arguments: raw bytes, as they are.
    public init(_ name: String, arguments: [[UInt8]]) {
        let name = name.uppercased()
        parts = [Array(name.utf8)] + arguments
        isRead = CommandTable.reads.contains(name)
    }

    /// The name in capitals.
    public var name: String { String(decoding: parts[0], as: UTF8.self) }

    /// A script, run by the server as one step.
    ///
    /// - Parameters:
    ///   - keys: what the script finds in `KEYS`.
    ///   - arguments: what it finds in `ARGV`.
    ///   - isReadOnly: sends `EVAL_RO` (Redis 7), in which the server refuses writes; it may therefore be repeated.
    public static func script(
        _ source: String,
        keys: [[UInt8]] = [],
        arguments: [[UInt8]] = [],
        isReadOnly: Bool = false
    ) -> Self {
        Self(
            isReadOnly ? "EVAL_RO" : "EVAL",
            arguments: [source.keyValueBytes, keys.count.keyValueBytes] + keys + arguments
        )
    }
}

extension KeyValueCommand: CustomStringConvertible {
    /// The name and the number of arguments; never the arguments, which are data.
    public var description: String { "\(name) with \(parts.count - 1) arguments" }
}
