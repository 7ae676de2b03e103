import NIOCore

extension ByteBuffer {
    /// Appends a command in RESP: an array of bulk strings.
    mutating func writeRESP(_ command: KeyValueCommand) {
        writeRESPHeader("*", command.parts.count)
        for part in command.parts {
            writeRESPHeader("$", part.count)
            writeBytes(part)
            writeStaticString("\r\n")
        }
    }

    private mutating func writeRESPHeader(_ mark: StaticString, _ count: Int) {
        writeStaticString(mark)
        writeString(String(count))
        writeStaticString("\r\n")
    }
}

extension Request {
    /// The request in RESP, and how many replies it gets.
    func encodeRESP() -> (bytes: ByteBuffer, replies: Int) {
        let size = commands.reduce(64) { $0 + $1.parts.reduce(16) { $0 + $1.count + 16 } }
        var buffer = ByteBuffer()
        buffer.reserveCapacity(size)
        switch form {
        case .pipeline:
            for command in commands { buffer.writeRESP(command) }
            return (buffer, commands.count)
        case .transaction:
            buffer.writeRESP(KeyValueCommand("MULTI"))
            for command in commands { buffer.writeRESP(command) }
            buffer.writeRESP(KeyValueCommand("EXEC"))
            return (buffer, commands.count + 2)
        }
    }
}
