import KernelTesting
import Testing

@testable import Messaging

@Suite("Payloads", .serialized)
struct PayloadTests {
    static let payloads = [
        #"{"type":"game","version":"0.1.0","game":"chess","state":{"board":[["r","n"],[null,"P"]]}}"#,
        "{ \"b\" : 1 ,\n\t\"a\":2,\r\n  \"b\": 3 }",
        "123456789012345678901234567890.1234567890123456789e+30",
        "-0.0e-0",
        #""just a string with \u00e9 \/ and \ud83d\ude00 and \ud800""#,
        #"{"nul":"\u0000","deep":[[[[[[[[[[1]]]]]]]]]]}"#,
        "false",
        "[ ]",
        #"{"__proto__":{"x":1},"":"","\u0061":1,"ключ":"значение 日本語"}"#,
    ]

    @Test("A payload comes back byte for byte, everywhere", arguments: payloads)
    func byteForByte(payload: String) async throws {
        try await withMessaging { service in
            let sent = try await service.post(as: "ada", raw: #"{"payload":  \#(payload)  ,"to":"eve","id":"m1"}"#)
            #expect(sent.status == 200, "\(sent)")
            #expect(sent.rawText(at: "message.payload") == payload)
            #expect(try await service.get("/api/messages/m1", as: "eve").rawText(at: "message.payload") == payload)
            let inbox = try await service.get("/api/messages?user=eve", as: "eve")
            #expect(inbox.rawText(at: "inbox[0].payload") == payload)
            #expect(inbox.rawText(at: "messages[0].payload") == payload)
            #expect(inbox.rawText(at: "bySender.ada[0].payload") == payload)
            let thread = try await service.get("/api/messages?user=eve&with=ada", as: "eve")
            #expect(thread.rawText(at: "thread[0].payload") == payload)
        }
    }

    @Test("A payload of 64 kB is the largest")
    func largest() async throws {
        try await withMessaging { service in
            let payload = "\"" + String(repeating: "p", count: 64 * 1_024 - 2) + "\""
            let sent = try await service.post(as: "ada", raw: #"{"to":"eve","payload":\#(payload)}"#)
            #expect(sent.status == 200)
            #expect(sent.rawText(at: "message.payload") == payload)
        }
    }

    @Test("A game keeps its state with a name that is nobody's")
    func gameStore() async throws {
        try await withMessaging { service in
            for move in 1...3 {
                let sent = try await service.post(
                    as: "ada",
                    raw: #"{"from":"ada","to":"solo-hangman","text":"","payload":{"move":\#(move)}}"#
                )
                #expect(sent.status == 200)
            }
            let thread = try await service.get("/api/messages?user=ada&with=solo-hangman", as: "ada")
            #expect(thread.rawText(at: "thread[2].payload") == #"{"move":3}"#)
        }
    }
}
