import Testing
import YAML

private func failure(_ text: String, limits: YAMLLimits = YAMLLimits()) -> String? {
    do {
        _ = try YAML.parse(text: text, file: "a.yaml", limits: limits)
        return nil
    } catch {
        return error.description
    }
}

private func json(_ text: String) throws -> String {
    String(decoding: try YAML.parse(text: text, file: "a.yaml").json(), as: UTF8.self)
}

@Suite("YAML")
struct YAMLTests {
    @Test("Nodes know their place and how they were written")
    func nodes() throws {
        let root = try YAML.parse(text: "é: {b: 'x'}\nc:\n  - 1\n  - |\n    two\n", file: "a.yaml")
        let entries = try #require(root.mapping)
        #expect(entries.map(\.key) == ["é", "c"])
        #expect(entries.map(\.keyMark) == [YAMLMark(line: 1, column: 1), YAMLMark(line: 2, column: 1)])
        let b = try #require(root["é"]?["b"])
        #expect(b.mark == YAMLMark(line: 1, column: 8))
        #expect(b.scalar?.style == .quoted)
        let items = try #require(root["c"]?.sequence)
        #expect(items.map(\.mark) == [YAMLMark(line: 3, column: 5), YAMLMark(line: 4, column: 5)])
        #expect(items[0].scalar?.style == .plain)
        #expect(items[0].scalar?.value == .int(1))
        #expect(items[1].scalar?.value == .string("two\n"))
        #expect(root["nothing"] == nil)
        #expect(try YAML.parse(text: "", file: "a.yaml").scalar?.value == .null)
        #expect(try YAML.parse(text: "\u{FEFF}a: 1", file: "a.yaml")["a"]?.scalar?.value == .int(1))
    }

    @Test("Plain scalars follow the core schema")
    func coreSchema() throws {
        let cases: [(String, YAMLScalar.Value)] = [
            ("null", .null), ("~", .null), ("true", .bool(true)), ("false", .bool(false)),
            ("0", .int(0)), ("-17", .int(-17)), ("+5", .int(5)), ("007", .int(7)), ("0xff", .int(255)),
            ("0o17", .int(15)), ("9223372036854775807", .int(.max)), ("-9223372036854775808", .int(.min)),
            ("1.5", .float(1.5)), (".5", .float(0.5)), ("1.", .float(1)), ("-1e3", .float(-1000)),
            ("6E-2", .float(0.06)), (".inf", .float(.infinity)), ("-.inf", .float(-.infinity)),
            ("1_000", .string("1_000")), ("True", .string("True")), ("yes", .string("yes")), ("off", .string("off")),
            ("0x", .string("0x")), ("0xg", .string("0xg")), ("0o8", .string("0o8")), ("-0x1", .string("-0x1")),
            ("1e", .string("1e")), (".", .string(".")), ("-", .string("-")), ("1:30", .string("1:30")),
            ("2026-01-08", .string("2026-01-08")), ("1.2.3", .string("1.2.3")), ("nan", .string("nan")),
            ("'1'", .string("1")), ("\"true\"", .string("true")), ("''", .string("")),
            ("!!str 1", .string("1")), ("! 1", .string("1")), ("!!int '1'", .int(1)), ("!!float 1", .float(1)),
            ("!!bool 'true'", .bool(true)), ("!!null ''", .null),
        ]
        for (text, value) in cases {
            // In a list, "-" alone would be an item of its own.
            #expect(
                try YAML.parse(text: "[\(text == "-" ? "'-'" : text)]", file: "a").sequence?[0].scalar?.value == value,
                "\(text)"
            )
        }
    }

    @Test(
        "Errors have a place",
        arguments: [
            ("a: 1\nb: 2\na: 3", "a.yaml:3:1: the key 'a' was already given on line 1"),
            ("a: {b: 1, \"b\": 2}", "a.yaml:1:11: the key 'b' was already given on line 1"),
            ("? [a]\n: 1", "a.yaml:1:3: a key must be a single value"),
            ("a: 1\n---\nb: 2", "a.yaml:2:1: only one document is allowed"),
            ("a: *b", "a.yaml:1:4: there is no anchor 'b' before this"),
            ("a: &b [*b]", "a.yaml:1:8: there is no anchor 'b' before this"),
            ("a: !thing 1", "a.yaml:1:4: the value does not fit the tag '!thing'"),
            ("a: !!int x", "a.yaml:1:4: the value does not fit the tag 'tag:yaml.org,2002:int'"),
            ("a: !thing {}", "a.yaml:1:4: unknown tag '!thing'"),
            ("a: !!map []", "a.yaml:1:4: unknown tag 'tag:yaml.org,2002:map'"),
            (
                "a: 9223372036854775808",
                "a.yaml:1:4: the integer does not fit in 64 bits; put it in quotes if it is text"
            ),
            ("a: [1, 2\nb: 3", "a.yaml:2:2: did not find expected ',' or ']' while parsing a flow sequence"),
            ("a: 1\n b: 2", "a.yaml:2:3: mapping values are not allowed in this context"),
            ("é: 1\né: x\u{1}", "a.yaml:2:5: control characters are not allowed"),
        ]
    )
    func errors(text: String, expected: String) {
        #expect(failure(text) == expected)
    }

    @Test("Aliases are copies, and errors point to the original")
    func aliases() throws {
        #expect(
            try json("a: &x {b: [1]}\nc: *x\nd: [*x, *x]")
                == #"{"a":{"b":[1]},"c":{"b":[1]},"d":[{"b":[1]},{"b":[1]}]}"#
        )
        #expect(try json("- &x 1\n- *x\n- &x 2\n- *x") == "[1,1,2,2]")
        #expect(try YAML.parse(text: "a: &x 1\nb: *x", file: "a")["b"]?.mark == YAMLMark(line: 1, column: 4))
    }

    @Test("A bomb of anchors is refused before it expands")
    func bomb() throws {
        var text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
        for level in 1...12 {
            let alias = "*a\(level - 1)"
            text += "a\(level): &a\(level) [\(Array(repeating: alias, count: 10).joined(separator: ", "))]\n"
        }
        let message = try #require(failure(text))
        #expect(message.hasPrefix("a.yaml:5:"))
        #expect(message.hasSuffix("aliases expand to more than 100000 values"))
        #expect(failure("a: &x [1]\nb: *x", limits: YAMLLimits(aliasedNodes: 2)) == nil)
        #expect(failure("a: &x [1]\nb: *x", limits: YAMLLimits(aliasedNodes: 1)) != nil)
    }

    @Test("Nesting has a limit, also through aliases")
    func depth() {
        func nested(_ depth: Int) -> String {
            String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
        }
        #expect(failure(nested(64)) == nil)
        #expect(failure(nested(65)) == "a.yaml:1:65: nested deeper than 64 levels")
        #expect(failure(nested(10_000)) == "a.yaml:1:65: nested deeper than 64 levels")
        #expect(failure("[&a [[]], [*a]]", limits: YAMLLimits(depth: 4)) == nil)
        #expect(failure("[&a [[]], [*a]]", limits: YAMLLimits(depth: 3)) == "a.yaml:1:12: nested deeper than 3 levels")
    }

    @Test("As JSON: order kept, plain scalars typed, quoted ones texts")
    func asJSON() throws {
        #expect(
            try json("b: 1\na: '1'\nc: [true, null, 1.5, 1e3, 0x10, text, \"\"]\nd: {}")
                == #"{"b":1,"a":"1","c":[true,null,1.5,1000.0,16,"text",""],"d":{}}"#
        )
        #expect(
            try json(#"["q\" b\\ n\n t\t \u0001 é 😀 \u2028"]"#)
                == "[\"q\\\" b\\\\ n\\n t\\u0009 \\u0001 é 😀 \u{2028}\"]"
        )
        let error = #expect(throws: YAMLValueWithoutJSON.self) { try json("a: 1\nb: .nan") }
        #expect(error?.mark == YAMLMark(line: 2, column: 4))
    }

    @Test("Random text is read or refused, never worse")
    func fuzz() {
        var random = SplitMix64(seed: 42)
        let parts = [
            "a", ": ", "- ", "\n", "  ", "[", "]", "{", "}", ",", "&x ", "*x", "'", "\"", "|\n", "!!str ", "#", "?",
            "---\n", "\t", "é", "\u{0}",
        ]
        var refused = 0
        for _ in 0..<3_000 {
            let text = (0..<Int.random(in: 1...20, using: &random)).map { _ in
                parts[Int.random(in: parts.indices, using: &random)]
            }.joined()
            if failure(text) != nil { refused += 1 }
        }
        #expect((1..<3_000).contains(refused))
    }
}
