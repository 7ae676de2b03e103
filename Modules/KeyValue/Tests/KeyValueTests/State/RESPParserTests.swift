import NIOCore
import Testing

@testable import KeyValue

@Suite struct RESPParserTests {
    /// Parses pieces to the end.
    private func parse(_ pieces: [[UInt8]], limit: Int = 1 << 20) throws -> [KeyValueReply] {
        var parser = RESPParser(limit: limit)
        var replies: [KeyValueReply] = []
        for piece in pieces {
            var buffer = ByteBuffer(bytes: piece)
            while let reply = try parser.next(from: &buffer) { replies.append(reply) }
            #expect(buffer.readableBytes == 0)
        }
        return replies
    }

    private func parse(_ text: String, limit: Int = 1 << 20) throws -> [KeyValueReply] {
        try parse([Array(text.utf8)], limit: limit)
    }

    @Test(arguments: [
        ("+OK\r\n", KeyValueReply.ok),
        ("+\r\n", .bytes([])),
        (":0\r\n", .integer(0)),
        (":-9223372036854775808\r\n", .integer(.min)),
        ("$-1\r\n", .null),
        ("*-1\r\n", .null),
        ("$0\r\n\r\n", .bytes([])),
        ("$4\r\n\r\n\r\n\r\n", .bytes([13, 10, 13, 10])),
        ("*0\r\n", .array([])),
        ("*2\r\n*1\r\n*0\r\n$-1\r\n", .array([.array([.array([])]), .null])),
        ("-WRONGTYPE no\r\n", .error(KeyValueError(serverText: "WRONGTYPE no"))),
    ])
    func forms(text: String, reply: KeyValueReply) throws {
        #expect(try parse(text) == [reply])
    }

    @Test("replies are the same wherever the stream is cut", arguments: 0..<40 as Range<UInt64>)
    func splits(seed: UInt64) throws {
        var chance = SeededGenerator(seed: seed)
        let replies = (0..<4).map { _ in RandomReply.make(&chance) }
        let bytes = replies.flatMap { RandomReply.resp($0) }
        #expect(try parse([bytes]) == replies)
        #expect(try parse(bytes.map { [$0] }) == replies)
        for cut in bytes.indices {
            #expect(try parse([Array(bytes[..<cut]), Array(bytes[cut...])]) == replies)
        }
        for _ in 0..<20 {
            var pieces: [[UInt8]] = []
            var rest = bytes[...]
            while !rest.isEmpty {
                let length = Int.random(in: 0...min(9, rest.count), using: &chance)
                pieces.append(Array(rest.prefix(length)))
                rest = rest.dropFirst(length)
            }
            #expect(try parse(pieces) == replies)
        }
    }

    @Test("no beginning of a reply is taken for a whole one")
    func beginnings() throws {
        let bytes = Array("*3\r\n$3\r\nabc\r\n:12\r\n+x\r\n".utf8)
        for length in bytes.indices {
            #expect(try parse([Array(bytes[..<length])]) == [])
        }
    }

    @Test(arguments: [
        "?\r\n", "\r\n", "_\r\n", "OK\r\n", "+OK\n", ":\r\n", ":1.5\r\n", ":9223372036854775808\r\n", ":1 \r\n",
        "$\r\n",
        "$x\r\n", "$-2\r\n", "*-2\r\n", "$3\r\nabcd\r\n", "$3\r\nabc\rx", "$1\r\n\r\r\r", "*1\r\n!\r\n",
    ])
    func malformed(text: String) throws {
        #expect(throws: KeyValueError.self) { try parse(text) }
        let error = #expect(throws: KeyValueError.self) { try parse(Array(text.utf8).map { [$0] }) }
        #expect(error?.kind == .protocolViolation)
    }

    @Test("lengths are checked when they are announced, and again by what comes")
    func limits() throws {
        func kind(_ text: String) -> KeyValueError.Kind? {
            #expect(throws: KeyValueError.self) { try parse(text, limit: 100) }?.kind
        }
        #expect(kind("$101\r\n") == .tooLarge)
        #expect(kind("$9223372036854775807\r\n") == .tooLarge)
        #expect(kind("*9223372036854775807\r\n") == .tooLarge)
        #expect(kind("+" + String(repeating: "x", count: 200)) == .tooLarge)
        #expect(kind("*20\r\n" + String(repeating: "$5\r\nabcde\r\n", count: 20)) == .tooLarge)
        #expect(kind(String(repeating: "*1\r\n", count: 25) + ":1\r\n") == .tooLarge)
        // It is a limit of each reply, not of all.
        #expect(try parse(String(repeating: "$5\r\nabcde\r\n", count: 50), limit: 100).count == 50)
        let deep = String(repeating: "*1\r\n", count: 33)
        #expect(#expect(throws: KeyValueError.self) { try parse(deep) }?.kind == .protocolViolation)
    }

    @Test("bytes by chance are read or refused, never worse")
    func noise() {
        var chance = SeededGenerator(seed: 7)
        let marks = Array("+-:$*0123456789\r\n".utf8)
        for _ in 0..<20_000 {
            let bytes = (0..<Int.random(in: 1...24, using: &chance)).map { _ in
                Bool.random(using: &chance)
                    ? marks.randomElement(using: &chance) ?? 0 : UInt8.random(in: 0...255, using: &chance)
            }
            _ = try? parse([bytes], limit: 64)
        }
    }

    @Test("a command is an array of strings")
    func commands() throws {
        let all = (0...255).map { UInt8($0) }
        let request = Request(
            commands: [KeyValueCommand("set", all, "ü\0", 42), KeyValueCommand("PING")],
            form: .transaction
        )
        let (bytes, replies) = request.encodeRESP()
        #expect(replies == 4)
        func words(_ parts: [UInt8]...) -> KeyValueReply { .array(parts.map { .bytes($0) }) }
        #expect(
            try parse([Array(buffer: bytes)]) == [
                words(Array("MULTI".utf8)),
                words(Array("SET".utf8), all, Array("ü\0".utf8), Array("42".utf8)),
                words(Array("PING".utf8)),
                words(Array("EXEC".utf8)),
            ]
        )
    }
}
