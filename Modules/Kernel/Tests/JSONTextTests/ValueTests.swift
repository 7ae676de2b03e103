import JSONText
import Testing

@Suite("Values")
struct ValueTests {
    @Test("members are found by name, raw bytes kept, the last of duplicates winning")
    func members() throws {
        let text = "{ \"a\" : [ 1 , {\"a\": 2} ], \"b\":\"x\", \"\\u0062\" : 1.50 , \"\":null}"
        let root = try JSONDocument(text).root
        #expect(root.kind == .object)
        #expect(root["a"].map { String(decoding: $0.raw, as: UTF8.self) } == "[ 1 , {\"a\": 2} ]")
        #expect(root["b"].map { String(decoding: $0.raw, as: UTF8.self) } == "1.50")
        #expect(root[""]?.isNull == true)
        #expect(root["c"] == nil)
        #expect(root["a"]?["a"] == nil, "an array has no members")
        #expect(root.members.map(\.key) == ["a", "b", "b", ""])
        #expect(root["a"]?.elements.map(\.kind) == [.number, .object])
        #expect(root["a"]?.elements.map { $0["a"]?.int64 } == [nil, 2])
        #expect(Array(root.elements).isEmpty && Array(root["b"]!.members).isEmpty)
        #expect(root["b"]?.range == 46..<50)
    }

    @Test("names are compared as they are spelled, not normalised")
    func names() throws {
        let root = try JSONDocument("{\"e\u{301}\":1}").root
        #expect(root["e\u{301}"]?.int64 == 1)
        #expect(root["\u{E9}"] == nil)
    }

    @Test("kinds do not turn into one another")
    func kinds() throws {
        let values = Array(try JSONDocument("[{},[],\"1\",1,true,null]").root.elements)
        #expect(values.map(\.kind) == [.object, .array, .string, .number, .bool, .null])
        #expect(values.map(\.string) == [nil, nil, "1", nil, nil, nil])
        #expect(values.map(\.int64) == [nil, nil, nil, 1, nil, nil])
        #expect(values.map(\.double) == [nil, nil, nil, 1, nil, nil])
        #expect(values.map(\.bool) == [nil, nil, nil, nil, true, nil])
        #expect(values.map(\.isNull) == [false, false, false, false, false, true])
        #expect(try JSONDocument("false").root.bool == false)
    }

    @Test(
        "strings are decoded, lone surrogates replaced",
        arguments: [
            ("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"", "\"\\/\u{8}\u{C}\n\r\t"),
            ("\"\\u0041\\u00e9\\u20AC\"", "A\u{E9}\u{20AC}"),
            ("\"\\ud83d\\ude00!\"", "\u{1F600}!"), ("\"\\ud83d\"", "\u{FFFD}"), ("\"\\ude00\"", "\u{FFFD}"),
            ("\"\\ude00\\ud83d\"", "\u{FFFD}\u{FFFD}"), ("\"\\ud83d\\ud83d\\ude00\"", "\u{FFFD}\u{1F600}"),
            ("\"\\ud83dx\"", "\u{FFFD}x"), ("\"\\ud83d\\n\"", "\u{FFFD}\n"), ("\"\\ud83d\\u0041\"", "\u{FFFD}A"),
            ("\"abc\u{202E}def\"", "abc\u{202E}def"), ("\"\\u202e\"", "\u{202E}"), ("\"\\u0000\"", "\u{0}"),
        ]
    )
    func strings(text: String, expected: String) throws {
        let decoded = try #require(try JSONDocument(text).root.string)
        #expect(Array(decoded.unicodeScalars) == Array(expected.unicodeScalars))
    }

    @Test("NUL and lone surrogates are seen from every level above")
    func flags() throws {
        let root = try JSONDocument(
            "{\"clean\":{\"a\":[\"\\u0001\\ud83d\\ude00\"]},\"nul\":[[\"a\\u0000\"]],"
                + "\"key\":{\"\\u0000\":1},\"lone\":{\"a\":\"\\udc00\"}}"
        ).root
        #expect(root.hasNUL && root.hasLoneSurrogate)
        let found = root.members.map { ($0.value.hasNUL, $0.value.hasLoneSurrogate) }
        #expect(found.map(\.0) == [false, true, true, false])
        #expect(found.map(\.1) == [false, false, false, true])
        #expect(try JSONDocument("\"\\\\u0000\"").root.hasNUL == false, "a backslash and five characters")
    }

    @Test(
        "integers are exact or nil",
        arguments: [
            ("0", 0), ("-0", 0), ("0.0", 0), ("0e999999999999999999999", 0), ("7", 7), ("1e3", 1000), ("1.0", 1),
            ("1.50e1", 15), ("12e-1", nil), ("120e-1", 12), ("1.5", nil), ("100e-2", 1), ("1e-1", nil),
            ("1000000000000000000000e-21", 1), ("0.000000000000000000001e21", 1), ("1e18", 1_000_000_000_000_000_000),
            ("9223372036854775807", .max), ("9223372036854775808", nil), ("-9223372036854775808", .min),
            ("-9223372036854775809", nil), ("18446744073709551616", nil), ("9223372036854775807.0", .max),
            ("1e19", nil), ("1e99999999999999999999", nil), ("1e-99999999999999999999", nil),
            ("10000000000000000000000000000000000000000000e-25", 1_000_000_000_000_000_000),
        ] as [(String, Int64?)]
    )
    func integers(text: String, expected: Int64?) throws {
        #expect(try JSONDocument(text).root.int64 == expected)
    }

    @Test("doubles are the nearest; beyond the range there is none")
    func doubles() throws {
        for (text, expected) in [
            ("0.1", 0.1), ("-2.5e-3", -0.0025), ("9007199254740993", 9_007_199_254_740_992),
            ("5e-324", .leastNonzeroMagnitude),
            ("1e-400", 0), ("1e308", 1e308), ("1e309", nil), ("-1e999", nil),
        ] as [(String, Double?)] {
            #expect(try JSONDocument(text).root.double == expected, "\(text)")
        }
    }

    @Test("text is counted in UTF-16 units")
    func utf16() {
        var random = SeededGenerator(seed: 4)
        for text in ["", "abc", "\u{E9}\u{20AC}\u{1F600}"] + (0..<500).map({ _ in random.text(upTo: 50) }) {
            #expect(text.utf16Count == text.utf16.count)
        }
    }
}
