/// A value that JSON cannot hold: an infinity or "not a number".
public struct YAMLValueWithoutJSON: Error, Equatable, CustomStringConvertible {
    /// Where it stands.
    public let mark: YAMLMark

    /// One line with the position.
    public var description: String { "line \(mark.line), column \(mark.column): JSON has no such number" }
}

extension YAMLNode {
    /// The node as compact JSON in UTF-8, entries in the order of the text.
    /// - Throws: at the first infinity or NaN.
    public func json() throws(YAMLValueWithoutJSON) -> [UInt8] {
        var output: [UInt8] = []
        try write(to: &output)
        return output
    }

    private func write(to output: inout [UInt8]) throws(YAMLValueWithoutJSON) {
        switch content {
        case .scalar(let scalar):
            switch scalar.value {
            case .null: output += "null".utf8
            case .bool(let value): output += (value ? "true" : "false").utf8
            case .int(let value): output += String(value).utf8
            case .float(let value):
                guard value.isFinite else { throw YAMLValueWithoutJSON(mark: mark) }
                output += value.description.utf8
            case .string(let value): writeJSONString(value, to: &output)
            }
        case .sequence(let items):
            output.append(UInt8(ascii: "["))
            for (index, item) in items.enumerated() {
                if index > 0 { output.append(UInt8(ascii: ",")) }
                try item.write(to: &output)
            }
            output.append(UInt8(ascii: "]"))
        case .mapping(let entries):
            output.append(UInt8(ascii: "{"))
            for (index, entry) in entries.enumerated() {
                if index > 0 { output.append(UInt8(ascii: ",")) }
                writeJSONString(entry.key, to: &output)
                output.append(UInt8(ascii: ":"))
                try entry.value.write(to: &output)
            }
            output.append(UInt8(ascii: "}"))
        }
    }
}

private func writeJSONString(_ text: String, to output: inout [UInt8]) {
    output.append(UInt8(ascii: "\""))
    for byte in text.utf8 {
        switch byte {
        case UInt8(ascii: "\""): output += #"\""#.utf8
        case UInt8(ascii: "\\"): output += #"\\"#.utf8
        case UInt8(ascii: "\n"): output += #"\n"#.utf8
        case 0..<0x20:
            let hex = String(byte, radix: 16)
            output += #"\u00"#.utf8
            output += (hex.count == 1 ? "0" + hex : hex).utf8
        default: output.append(byte)
        }
    }
    output.append(UInt8(ascii: "\""))
}
