import JSONText
import Testing

@Suite("Canonical JSON")
struct CanonicalTests {
    private func canonical(
        _ text: String,
        dropping names: Set<String> = [],
        style: CanonicalJSON.Style = .javaScript
    ) throws -> String {
        String(
            decoding: CanonicalJSON.encode(try JSONDocument(text).root, dropping: names, style: style),
            as: UTF8.self
        )
    }

    @Test("numbers are as Node and Python print them")
    func numbers() throws {
        for row in CanonicalTable.numbers {
            #expect(try canonical(row.text) == row.javaScript, "\(row.text)")
            #expect(try canonical(row.text, style: .pythonASCII) == row.python, "\(row.text)")
        }
    }

    @Test("strings and containers are as Node and Python print them")
    func others() throws {
        for row in CanonicalTable.others {
            #expect(Array(try canonical(row.text).utf8) == Array(row.javaScript.utf8), "\(row.text)")
            #expect(try canonical(row.text, style: .pythonASCII) == row.python, "\(row.text)")
        }
    }

    @Test("the published vectors of the AIRC protocol")
    func vectors() throws {
        let plain = """
            {"v": "0.2", "id": "msg_test123", "from": "alice", "to": "bob", "timestamp": 1704672000,
             "nonce": "abc123xyz789", "body": "Hello, Bob!", "signature": "JY/Bvn8DpKOhCYYjaAlSvU=="}
            """
        let plainCanonical =
            #"{"body":"Hello, Bob!","from":"alice","id":"msg_test123","nonce":"abc123xyz789","timestamp":1704672000,"#
            + #""to":"bob","v":"0.2"}"#
        #expect(try canonical(plain, dropping: ["signature"]) == plainCanonical)
        #expect(try canonical(plain, dropping: ["signature"], style: .pythonASCII) == plainCanonical)

        let payload = """
            {"v": "0.2", "id": "msg_payload456", "from": "agent_x", "to": "agent_y", "timestamp": 1704672100,
             "nonce": "xyz789abc123", "body": "Task completed", "text": "Task completed", "payload": {"type": "handoff",
             "status": "complete", "context": {"branch": "feature/auth", "files": ["auth.ts", "db.ts"]}}}
            """
        #expect(
            try canonical(payload, dropping: ["signature", "text"])
                == #"{"body":"Task completed","from":"agent_x","id":"msg_payload456","nonce":"xyz789abc123","#
                + #""payload":{"context":{"branch":"feature/auth","files":["auth.ts","db.ts"]},"status":"complete","#
                + #""type":"handoff"},"timestamp":1704672100,"to":"agent_y","v":"0.2"}"#
        )
    }

    @Test("members are dropped by decoded name, at the root only")
    func dropping() throws {
        let text = #"{"\u0073ignature":1,"a":{"signature":2},"signature":3,"\ud800":4}"#
        #expect(try canonical(text, dropping: ["signature", "\u{FFFD}"]) == #"{"a":{"signature":2},"\ud800":4}"#)
    }

    @Test(
        "canonical text is its own canonical form, and means the same",
        arguments: [CanonicalJSON.Style.javaScript, .pythonASCII]
    )
    func idempotent(style: CanonicalJSON.Style) throws {
        var random = SeededGenerator(seed: 21)
        for _ in 0..<300 {
            let once = try canonical(String(decoding: random.json(depth: 4).bytes, as: UTF8.self), style: style)
            #expect(try canonical(once, style: style) == once)
            if style == .pythonASCII { #expect(once.utf8.allSatisfy { $0 >= 0x20 && $0 < 0x7F }) }
        }
    }
}
