import Foundation
import NIOCore
import NIOHTTP1
import Testing

@testable import KeyValue

@Suite struct RESTTests {
    @Test("commands become the JSON that any parser reads back")
    func bodies() throws {
        let texts = ["", "plain", "\"\\/\u{8}\u{C}\n\r\t\0\u{1F}\u{7F}", "ü 👋 \u{2028}\u{FFFF}", "{\"a\":[1,null]}"]
        let commands = texts.map { KeyValueCommand("SET", "key", $0) } + [KeyValueCommand("PING")]
        let body = try RESTBody.encode(commands[...])
        let json = try JSONSerialization.jsonObject(with: Data(Array(buffer: body))) as? [[String]]
        #expect(json == texts.map { ["SET", "key", $0] } + [["PING"]])
    }

    @Test("what is no UTF-8 travels as a script")
    func binary() throws {
        let bytes: [UInt8] = [0xFF, 0x00, 0x80]
        let write = try RESTBody.parts(of: KeyValueCommand("SET", "k", bytes))
        #expect(
            write.map { String(decoding: $0, as: UTF8.self) } == [
                "EVAL", RESTBody.script, "0", "534554", "6b", "ff0080",
            ]
        )
        let read = try RESTBody.parts(of: KeyValueCommand("GET", bytes))
        #expect(read.first == Array("EVAL_RO".utf8))
        #expect(try RESTBody.parts(of: KeyValueCommand("GET", "ü")) == KeyValueCommand("GET", "ü").parts)

        let nested = KeyValueCommand.script("return 1", arguments: [bytes])
        #expect(#expect(throws: KeyValueError.self) { try RESTBody.parts(of: nested) }?.kind == .encoding)
        let long = KeyValueCommand("MGET", arguments: Array(repeating: bytes, count: RESTBody.maximumScriptParts))
        #expect(#expect(throws: KeyValueError.self) { try RESTBody.parts(of: long) }?.kind == .encoding)
    }

    @Test("answers are read back as they were", arguments: 0..<50 as Range<UInt64>)
    func answers(seed: UInt64) throws {
        var chance = SeededGenerator(seed: seed)
        let replies = (0..<5).map { _ in RandomReply.make(&chance) }
        let body = try JSONSerialization.data(withJSONObject: replies.map(RandomReply.rest))
        #expect(try RESTAnswer.decode(body, count: 5) == .replies(replies))
    }

    @Test(arguments: [
        "", "[", "[1]", "{}", "[{}]", "null", #"[{"result":"a"}]"#, #"[{"result":"é"}]"#, #"[{"result":1.5}]"#,
        #"[{"result":9223372036854775808}]"#, #"[{"result":1},{"result":1}]"#, "[]", #"[{"error":5}]"#,
    ])
    func malformed(text: String) {
        let error = #expect(throws: KeyValueError.self) { try RESTAnswer.decode(Data(text.utf8), count: 1) }
        #expect(error?.kind == .protocolViolation)
    }

    @Test("OK is not encoded; the text OK may be")
    func ok() throws {
        #expect(try RESTAnswer.decode(Data(#"[{"result":"OK"}]"#.utf8), count: 1) == .replies([.ok]))
        #expect(try RESTAnswer.decode(Data(#"[{"result":"T0s="}]"#.utf8), count: 1) == .replies([.ok]))
    }

    @Test(
        "what a status says of the request",
        arguments: [
            (200, #"[{"result":1}]"#, nil, false, false),
            (200, "<html>", .protocolViolation, true, false),
            (400, #"{"error":"ERR syntax"}"#, .server(.error), false, false),
            (
                400, #"{"error":"ERR max requests limit exceeded. Limit: 500000, Usage: 500000."}"#,
                .limited(retryAfter: nil), false, false
            ),
            (401, "", .authentication, false, false),
            (403, "", .authentication, false, false),
            (404, "", .protocolViolation, true, false),
            (429, "", .limited(retryAfter: .seconds(7)), false, true),
            (500, "", .connection, true, true),
            (502, "", .connection, true, true),
            (301, "", .protocolViolation, true, false),
        ] as [(Int, String, KeyValueError.Kind?, Bool, Bool)]
    )
    func statuses(code: Int, body: String, kind: KeyValueError.Kind?, mayHaveRun: Bool, isPassing: Bool) {
        let attempt = RESTTransport.attempt(
            status: HTTPResponseStatus(statusCode: code),
            retryAfter: "7",
            body: Data(body.utf8),
            count: 1
        )
        #expect(attempt.failure?.error.kind == kind)
        #expect(attempt.failure?.mayHaveRun ?? false == mayHaveRun)
        #expect(attempt.failure?.isPassing ?? false == isPassing)
    }

    @Test(
        "only seconds count as a time to wait",
        arguments: [
            ("7", .seconds(7)), ("0", .zero), ("9223372036854775807", .seconds(Int64.max)), ("-3", .zero),
            ("soon", nil), ("Wed, 21 Oct 2026 07:28:00 GMT", nil),
        ] as [(String, Duration?)]
    )
    func retryAfter(field: String, pause: Duration?) {
        let attempt = RESTTransport.attempt(status: .tooManyRequests, retryAfter: field, body: Data(), count: 1)
        #expect(attempt.failure?.retryAfter == pause)
    }
}
