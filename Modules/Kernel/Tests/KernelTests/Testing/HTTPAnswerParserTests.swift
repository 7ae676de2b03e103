import JSONText
import Testing

@testable import KernelTesting

@Suite("The tests' own reading of HTTP")
struct HTTPAnswerParserTests {
    private func parse(
        _ text: String,
        isClosed: Bool = false,
        expectsBody: Bool = true
    ) throws -> (answer: HTTPAnswer, length: Int)? {
        try HTTPAnswerParser.parse(Array(text.utf8), isClosed: isClosed, expectsBody: expectsBody)
    }

    @Test("Every prefix of an answer is incomplete, and what follows it is left alone")
    func prefixes() throws {
        let answer = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX-A: 1\r\nx-a: 2\r\n\r\nhello"
        for length in 0..<answer.unicodeScalars.count {
            #expect(try parse(String(answer.unicodeScalars.prefix(length))) == nil)
        }
        let parsed = try #require(try parse(answer + "HTTP/1.1 404"))
        #expect(parsed.answer.status == 200)
        #expect(parsed.answer.text == "hello")
        #expect(parsed.answer.headers["CONTENT-length"] == "5")
        #expect(parsed.answer.headers.all("X-A") == ["1", "2"])
        #expect(parsed.length == answer.utf8.count)
    }

    @Test("Chunks are joined; each prefix is incomplete")
    func chunks() throws {
        let answer = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\nA;x=y\r\n0123456789\r\n0\r\n\r\n"
        for length in 0..<answer.unicodeScalars.count {
            #expect(try parse(String(answer.unicodeScalars.prefix(length))) == nil)
        }
        #expect(try parse(answer)?.answer.text == "abc0123456789")
    }

    @Test("Answers without a body end with their head; one without a length ends with the connection")
    func lengths() throws {
        #expect(try parse("HTTP/1.1 204 No Content\r\n\r\n")?.answer.body.isEmpty == true)
        #expect(try parse("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", expectsBody: false)?.length == 38)
        #expect(try parse("HTTP/1.1 200 OK\r\n\r\nabc") == nil)
        #expect(try parse("HTTP/1.1 200 OK\r\n\r\nabc", isClosed: true)?.answer.text == "abc")
    }

    @Test(
        "What is no HTTP is said to be none",
        arguments: [
            "hello\r\n\r\n", "HTTP/1.1 abc OK\r\n\r\n", "HTTP/1.1 200 OK\r\nno colon\r\n\r\n",
            "HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        ]
    )
    func malformed(text: String) {
        #expect(throws: HTTPClientError.self) { try parse(text) }
    }

    @Test("Paths lead into JSON")
    func paths() throws {
        let text = #"{"a": {"b": [{"c": "x"}, {"c": 7}], "d": true}}"#
        let answer = HTTPAnswer(status: 200, headers: HTTPHeaderList(fields: []), body: Array(text.utf8))
        #expect(answer.string(at: "a.b[0].c") == "x")
        #expect(answer.int(at: "a.b[1].c") == 7)
        #expect(answer.bool(at: "a.d") == true)
        #expect(answer.count(at: "a.b") == 2)
        #expect(answer.value(at: "a.b[2].c") == nil)
        #expect(answer.value(at: "a.x.y") == nil)
        #expect(answer.value(at: "")?.kind == .object)
    }
}
