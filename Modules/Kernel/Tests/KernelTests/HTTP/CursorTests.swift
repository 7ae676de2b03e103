import Testing

@testable import Kernel

@Suite struct CursorTests {
    @Test(arguments: [["1704672000000000", "msg_1"], ["a"], ["", "", ""], ["ünï/+=", "x"]])
    func roundTrip(parts: [String]) throws {
        let text = Cursor(parts).text
        #expect(try Cursor(text, count: parts.count).parts == parts)
        #expect(
            text.utf8.allSatisfy {
                "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8.contains($0)
            }
        )
    }

    @Test(arguments: ["!", "AAAA", "%%%", String(repeating: "QUFB", count: 200), "gICA", "AA"])
    func whatWeNeverGaveOutIsRefused(text: String) {
        let error = #expect(throws: APIError.self) { try Cursor(text, count: 2) }
        #expect(error?.code == "invalid_cursor")
    }

    @Test func numbersMustBeNumbers() throws {
        let cursor = try Cursor(Cursor(["12x", "b"]).text, count: 2)
        #expect(throws: APIError.self) { try cursor.int(0) }
    }
}
