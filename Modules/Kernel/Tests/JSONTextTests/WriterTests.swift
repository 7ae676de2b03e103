import JSONText
import Testing

@Suite("Writer")
struct WriterTests {
    private func written(_ body: (inout JSONWriter) -> Void) -> String {
        var writer = JSONWriter()
        body(&writer)
        return String(decoding: writer.bytes, as: UTF8.self)
    }

    @Test("sets commas by itself")
    func commas() throws {
        let payload = try JSONDocument("{\"p\": [1.50, \"\\u0041\"]}").root
        let text = written { json in
            json.beginObject()
            json.key("a")
            json.beginArray()
            json.endArray()
            json.key("b")
            json.beginArray()
            json.int(-1)
            json.bool(true)
            json.bool(false)
            json.null()
            json.beginObject()
            json.endObject()
            json.string("x")
            json.endArray()
            json.key(escaping: "c\"")
            json.raw(payload["p"]!)
            json.key("d")
            json.raw(payload.raw)
            json.key("e")
            json.raw(Array("{}".utf8))
            json.endObject()
        }
        #expect(
            text == "{\"a\":[],\"b\":[-1,true,false,null,{},\"x\"],\"c\\\"\":[1.50, \"\\u0041\"],"
                + "\"d\":{\"p\": [1.50, \"\\u0041\"]},\"e\":{}}"
        )
    }

    @Test("escapes quotes, backslashes and controls at every place of a text, nothing else")
    func escapes() {
        let marks = [
            ("\"", "\\\""), ("\\", "\\\\"), ("\n", "\\n"), ("\u{1}", "\\u0001"), ("\u{1F}", "\\u001f"),
            ("\0", "\\u0000"),
        ]
        for length in 0..<20 {
            for position in 0...length {
                for (mark, escaped) in marks {
                    let (before, after) = (
                        String(repeating: "a", count: position), String(repeating: "b", count: length - position)
                    )
                    #expect(written { $0.string(before + mark + after) } == "\"\(before)\(escaped)\(after)\"")
                }
            }
        }
        let kept = "\u{7F}/</script>\u{2028}\u{202E}\u{E9}\u{1F600} !#[]"
        #expect(written { $0.string(kept) } == "\"\(kept)\"")
        #expect(written { $0.string(String(repeating: "\u{1}", count: 3000)) }.utf8.count == 18_002)
    }

    @Test("integers of every width")
    func integers() {
        var power = 1
        for _ in 0..<19 {
            for value in [power - 1, power, power + 1, -power] {
                #expect(written { $0.int(value) } == "\(value)")
            }
            power &*= 10
        }
        #expect(written { $0.int(Int64.min) } == "\(Int64.min)")
        #expect(written { $0.int(UInt64.max) } == "\(UInt64.max)")
        #expect(written { $0.int(UInt8.max) } == "255")
        for value in 0..<1000 { #expect(written { $0.int(value) } == "\(value)") }
    }

    @Test("doubles are as JavaScript prints them")
    func doubles() {
        for (value, text) in [
            (0.0, "0"), (-0.0, "0"), (1, "1"), (-1.5, "-1.5"), (1e21, "1e+21"), (1e20, "100000000000000000000"),
            (0.000001, "0.000001"), (1e-7, "1e-7"), (.infinity, "null"), (.nan, "null"),
            (9_007_199_254_740_992, "9007199254740992"), (0.1 + 0.2, "0.30000000000000004"),
        ] {
            #expect(written { $0.double(value) } == text)
        }
    }

    @Test("times as texts and numbers")
    func times() {
        let text = written { json in
            json.beginArray()
            json.timestamp(microsecondsSinceEpoch: 1_767_889_424_123_456)
            json.epochMilliseconds(microsecondsSinceEpoch: 1_767_889_424_123_999)
            json.epochMilliseconds(microsecondsSinceEpoch: -1)
            json.endArray()
        }
        #expect(text == "[\"2026-01-08T16:23:44.123456Z\",1767889424123,-1]")
    }

    @Test("starts anew after removeAll, and lends its bytes")
    func reuse() {
        var writer = JSONWriter(capacity: 0)
        writer.string(String(repeating: "x", count: 1000))
        #expect(writer.count == 1002)
        writer.removeAll()
        writer.int(1)
        #expect(writer.withBytes { Array($0) } == [UInt8(ascii: "1")])
    }

    @Test("small answers are written as literals, in order")
    func literals() {
        let handle = "ann\"a"
        let answer: JSON = [
            "success": true, "handle": .string(handle), "count": 3, "ratio": 0.5, "none": nil, "list": [1, "two", []],
            "greeting": "hello \(handle)", "at": .timestamp(0), "raw": .raw(Array("[ 1]".utf8)), "empty": [:],
        ]
        #expect(
            String(decoding: answer.bytes, as: UTF8.self)
                == "{\"success\":true,\"handle\":\"ann\\\"a\",\"count\":3,\"ratio\":0.5,\"none\":null,"
                + "\"list\":[1,\"two\",[]],"
                + "\"greeting\":\"hello ann\\\"a\",\"at\":\"1970-01-01T00:00:00.000000Z\",\"raw\":[ 1],\"empty\":{}}"
        )
    }

    @Test("what is written reads back the same", arguments: 0..<8)
    func roundTrip(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        for _ in 0..<200 {
            let value = random.json(depth: 4)
            try expectSame(value, try JSONDocument(value.bytes).root)
        }
    }

    private func expectSame(_ written: JSON, _ read: JSONValue) throws {
        switch written {
        case .object(let members):
            #expect(members.map { Array($0.0.utf8) } == read.members.map { Array($0.key.utf8) })
            for (member, found) in zip(members, read.members) { try expectSame(member.1, found.value) }
            for (name, value) in members { try expectSame(value, try #require(read[name])) }
        case .array(let elements):
            let found = Array(read.elements)
            try #require(found.count == elements.count)
            for (element, value) in zip(elements, found) { try expectSame(element, value) }
        case .string(let text):
            #expect(read.string.map { Array($0.utf8) } == Array(text.utf8))
            #expect(read.hasNUL == text.utf8.contains(0))
        case .int(let value): #expect(read.int64 == Int64(value))
        case .double(let value): #expect(read.double == value)
        case .bool(let value): #expect(read.bool == value)
        case .null: #expect(read.isNull)
        case .timestamp(let time): #expect(Timestamp.parse(read) == time)
        case .raw: Issue.record("not generated")
        }
    }
}
