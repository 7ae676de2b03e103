import NIOCore

/// The body of a REST request: a JSON array of commands, each an array of strings.
///
/// JSON is text, so that an argument which is no valid UTF-8 cannot stand in it. Such a command travels as a script that
/// gets all parts in hexadecimal digits and runs the command they spell: `EVAL_RO` for a read, else `EVAL`. What a
/// script cannot do (run a script, take more than ``maximumScriptParts``) is refused.
enum RESTBody {
    /// Lua's `unpack` has room for somewhat less than 8000 values.
    static let maximumScriptParts = 7000

    /// `pcall`, so that a refusal comes back as it is, without a remark about the script's line.
    static let script = """
        local parts = {} \
        for i, digits in ipairs(ARGV) do \
        parts[i] = digits:gsub('%x%x', function(pair) return string.char(tonumber(pair, 16)) end) \
        end \
        return redis.pcall(unpack(parts))
        """

    static func encode(_ commands: ArraySlice<KeyValueCommand>) throws(KeyValueError) -> ByteBuffer {
        var body = ByteBuffer()
        body.reserveCapacity(commands.reduce(64) { $0 + $1.parts.reduce(8) { $0 + $1.count + 8 } })
        var separator: UInt8 = UInt8(ascii: "[")
        for command in commands {
            body.writeInteger(separator)
            separator = UInt8(ascii: ",")
            body.writeJSON(try parts(of: command))
        }
        body.writeInteger(UInt8(ascii: "]"))
        return body
    }

    /// The command, or the script that stands for it.
    static func parts(of command: KeyValueCommand) throws(KeyValueError) -> [[UInt8]] {
        if command.parts.allSatisfy({ String(validating: $0, as: UTF8.self) != nil }) { return command.parts }
        guard !CommandTable.scripts.contains(command.name) else {
            throw .encoding("a script over REST takes no arguments that are not UTF-8")
        }
        guard command.parts.count <= maximumScriptParts else {
            throw .encoding("a command over REST takes at most \(maximumScriptParts) parts if one is not UTF-8")
        }
        let script = KeyValueCommand.script(
            script,
            arguments: command.parts.map(hexadecimal),
            isReadOnly: command.isRead
        )
        return script.parts
    }

    private static func hexadecimal(_ bytes: [UInt8]) -> [UInt8] {
        let digits = Array("0123456789abcdef".utf8)
        return bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }
    }
}

extension ByteBuffer {
    /// An array of strings.
    fileprivate mutating func writeJSON(_ parts: [[UInt8]]) {
        var separator: UInt8 = UInt8(ascii: "[")
        for part in parts {
            writeInteger(separator)
            separator = UInt8(ascii: ",")
            writeJSON(string: part)
        }
        writeInteger(UInt8(ascii: "]"))
    }

    /// A string of valid UTF-8: RFC 8259 asks for escapes of quotes, backslashes and control characters only.
    private mutating func writeJSON(string: [UInt8]) {
        writeInteger(UInt8(ascii: "\""))
        var plain = string[...]
        while let index = plain.firstIndex(where: { $0 < 0x20 || $0 == 0x22 || $0 == 0x5C }) {
            writeBytes(plain[..<index])
            let digits = String(plain[index], radix: 16)
            writeString("\\u" + String(repeating: "0", count: 4 - digits.count) + digits)
            plain = plain[(index + 1)...]
        }
        writeBytes(plain)
        writeInteger(UInt8(ascii: "\""))
    }
}
