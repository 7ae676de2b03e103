import JSONText
import Testing

@Suite("Scanner")
struct ScannerTests {
    @Test(
        "accepts what RFC 8259 allows",
        arguments: [
            "0", "-0", "10", "-1.5e+10", "1E9", "\"\"", "true", "false", "null", " \t\r\n[ ] \n", "{}", "[[],{}]",
            "{\"a\":1,\"a\":2}", "\"\u{7F}\u{2028}\u{10FFFF}\"", "\"\\u0000\\ud800\\/\"", "[1,2 , 3]",
            "{ \"\" : \"\" }",
            "123456789012345678901234567890e99999",
        ]
    )
    func accepts(text: String) throws {
        let document = try JSONDocument(text.utf8)
        #expect(document.bytes == Array(text.utf8))
    }

    @Test(
        "refuses everything else, and says why and where",
        arguments: [
            ("", .unexpectedEnd, 0), ("  ", .unexpectedEnd, 2), ("[", .unexpectedEnd, 1), ("[1", .unexpectedEnd, 2),
            ("[1,", .unexpectedEnd, 3), ("[1,]", .unexpectedByte, 3), ("[,1]", .unexpectedByte, 1),
            ("[1 2]", .unexpectedByte, 3), ("[1}", .unexpectedByte, 2), ("{", .unexpectedEnd, 1),
            ("{\"a\"}", .unexpectedByte, 4), ("{\"a\":}", .unexpectedByte, 5), ("{\"a\":1,}", .unexpectedByte, 7),
            ("{a:1}", .unexpectedByte, 1), ("{1:1}", .unexpectedByte, 1), ("{\"a\":1]", .unexpectedByte, 6),
            ("1 2", .trailingBytes, 2), ("{}x", .trailingBytes, 2), ("nul", .unexpectedEnd, 3),
            ("nulL", .invalidLiteral, 3), ("True", .unexpectedByte, 0), ("NaN", .unexpectedByte, 0),
            ("01", .trailingBytes, 1), ("-", .unexpectedEnd, 1), ("-a", .invalidNumber, 1), ("+1", .unexpectedByte, 0),
            (".5", .unexpectedByte, 0), ("1.", .unexpectedEnd, 2), ("[1.]", .invalidNumber, 3),
            ("[1e]", .invalidNumber, 3), ("[1e+]", .invalidNumber, 4), ("0x10", .trailingBytes, 1),
            ("\"a", .unexpectedEnd, 2), ("\"\\", .unexpectedEnd, 2), ("\"\\x\"", .invalidEscape, 1),
            ("\"\\u12g4\"", .invalidEscape, 1), ("\"\\u12\"", .invalidEscape, 1), ("'a'", .unexpectedByte, 0),
            ("\"a\nb\"", .controlCharacter, 2), ("\"abcdefghij\u{0}\"", .controlCharacter, 11),
            ("\u{FEFF}1", .unexpectedByte, 0), ("1 // one", .trailingBytes, 2), ("\u{A0}1", .unexpectedByte, 0),
        ] as [(String, JSONError.Reason, Int)]
    )
    func refuses(text: String, reason: JSONError.Reason, offset: Int) {
        #expect(throws: JSONError(reason, at: offset)) { try JSONDocument(text.utf8) }
    }

    @Test(
        "refuses what is not UTF-8",
        arguments: [
            [0x80], [0xBF], [0xC0, 0x80], [0xC1, 0xBF], [0xC2], [0xC2, 0x41], [0xE0, 0x9F, 0xBF], [0xE2, 0x82],
            [0xE2, 0x82, 0x41], [0xED, 0xA0, 0x80], [0xED, 0xBF, 0xBF], [0xF0, 0x8F, 0xBF, 0xBF],
            [0xF0, 0x9F, 0x98], [0xF4, 0x90, 0x80, 0x80], [0xF5, 0x80, 0x80, 0x80], [0xFF],
        ] as [[UInt8]]
    )
    func invalidUTF8(bytes: [UInt8]) {
        for prefix in ["", "1234567", "12345678"] {
            let text = Array("[\"\(prefix)".utf8) + bytes + Array("\"]".utf8)
            #expect(throws: JSONError(.invalidUTF8, at: 2 + prefix.utf8.count)) { try JSONDocument(text) }
        }
        // The longest text that still ends inside the character.
        #expect(throws: JSONError(.invalidUTF8, at: 1)) { try JSONDocument([UInt8(ascii: "\"")] + bytes.prefix(1)) }
    }

    @Test("nests 64 deep and no deeper, however long the text", arguments: [("[", "]"), ("{\"a\":", "}")])
    func depth(opening: String, closing: String) throws {
        func nested(_ depth: Int) -> String {
            String(repeating: opening, count: depth) + "0" + String(repeating: closing, count: depth)
        }
        _ = try JSONDocument(nested(64))
        for depth in [65, 10_000] {
            #expect(throws: JSONError(.tooDeep, at: 64 * opening.utf8.count)) { try JSONDocument(nested(depth)) }
        }
        #expect(throws: JSONError(.tooDeep, at: 64 * opening.utf8.count)) {
            try JSONDocument(String(repeating: opening, count: 10_000))
        }
        // Siblings are not depth.
        _ = try JSONDocument("[" + String(repeating: "[[]],", count: 1000) + "1]")
    }

    @Test("an error's description holds no byte of the text")
    func description() {
        #expect(JSONError(.invalidEscape, at: 7).description == "malformed escape in a string, at byte 7")
    }
}

extension JSONDocument {
    init(_ text: String) throws(JSONError) { try self.init(Array(text.utf8)) }
}
