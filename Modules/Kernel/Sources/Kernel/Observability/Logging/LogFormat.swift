import JSONText
import Logging

/// How a log line looks.
public enum LogFormat: String, Sendable, CaseIterable {
    /// One JSON object per line, for machines: `time`, `level`, `logger`, `message`, then the metadata.
    case json
    /// `12:34:56.789 INFO  message  key=value`, for people at a terminal. Times are UTC.
    case text
}

/// What a line is made of.
struct LogLine {
    /// Microseconds since the Unix epoch.
    let time: Int64
    let level: Logger.Level
    let logger: String
    let message: String
    /// Sorted by key, secrets masked.
    let metadata: [(key: String, value: Logger.MetadataValue)]
    let error: (any Error)?
    /// `Kernel/Server.swift:12`, of what should not happen.
    let place: String?
}

extension LogFormat {
    /// The line's bytes, with its line break.
    func withBytes(of line: LogLine, _ body: (UnsafeRawBufferPointer) -> Void) {
        switch self {
        case .json:
            var writer = JSONWriter(capacity: 512)
            line.write(to: &writer)
            // The writer knows JSON alone; the line break is spliced as if it were a value, after the last one.
            writer.withBytes { bytes in
                withUnsafeTemporaryAllocation(byteCount: bytes.count + 1, alignment: 1) { copy in
                    copy.copyMemory(from: bytes)
                    copy[bytes.count] = UInt8(ascii: "\n")
                    body(UnsafeRawBufferPointer(copy))
                }
            }
        case .text:
            var text = line.text
            text.withUTF8 { body(UnsafeRawBufferPointer($0)) }
        }
    }
}

// MARK: JSON

extension LogLine {
    fileprivate func write(to json: inout JSONWriter) {
        json.beginObject()
        json.key("time")
        json.timestamp(microsecondsSinceEpoch: time)
        json.key("level")
        json.string(level.rawValue)
        json.key("logger")
        json.string(logger)
        json.key("message")
        json.string(message)
        for (key, value) in metadata {
            json.key(escaping: LogLine.ownKeys.contains(key) ? key + "_" : key)
            LogLine.write(value, to: &json)
        }
        if let error {
            json.key("error")
            json.string(String(describing: error))
        }
        if let place {
            json.key("at")
            json.string(place)
        }
        json.endObject()
    }

    /// Metadata of such a name gets an underscore, so that no member occurs twice.
    private static let ownKeys: Set<String> = ["time", "level", "logger", "message", "error", "at"]

    private static func write(_ value: Logger.MetadataValue, to json: inout JSONWriter) {
        switch value {
        case .string(let text): json.string(text)
        case .stringConvertible(let value as Int): json.int(value)
        case .stringConvertible(let value as Double): json.double(value)
        case .stringConvertible(let value): json.string(value.description)
        case .array(let values):
            json.beginArray()
            for value in values { write(value, to: &json) }
            json.endArray()
        case .dictionary(let members):
            json.beginObject()
            for (key, value) in members.sorted(by: { $0.key < $1.key }) {
                json.key(escaping: key)
                write(value, to: &json)
            }
            json.endObject()
        @unknown default: json.null()
        }
    }
}

// MARK: Text

extension LogLine {
    fileprivate var text: String {
        let time = Timestamp.format(time).dropFirst(11).prefix(12)
        let level = level.rawValue.uppercased()
        var line = "\(time) \(level)\(String(repeating: " ", count: max(0, 8 - level.count))) "
        line += LogLine.printable(message)
        for (key, value) in metadata { line += "  \(LogLine.printable(key))=\(LogLine.printable(value.description))" }
        if let error { line += "  error=\(LogLine.printable(String(describing: error)))" }
        if let place { line += "  at=\(place)" }
        return line + "\n"
    }

    /// What a client sent must neither start a line of its own nor steer the terminal: controls and invisible
    /// formatting characters (such as right-to-left overrides) are shown as escapes.
    private static func printable(_ text: String) -> String {
        let isPlain = text.unicodeScalars.allSatisfy { !isControl($0) }
        if isPlain { return text }
        return text.unicodeScalars.reduce(into: "") { line, scalar in
            if isControl(scalar) {
                line += "\\u{\(String(scalar.value, radix: 16))}"
            } else {
                line.unicodeScalars.append(scalar)
            }
        }
    }

    private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator: true
        default: false
        }
    }
}
