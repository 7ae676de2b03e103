import Contracts
import Testing

@Suite struct HandleTests {
    @Test(arguments: [
        ("ada", "ada", "ada"),
        ("@Ada-L", "ada_l", "ada-l"),
        ("  Ada_L ", "ada_l", "ada_l"),
        ("solo-hangman", "solo_hangman", "solo-hangman"),
        ("7up", "7up", "7up"),
    ])
    func folding(input: String, key: String, spelling: String) throws {
        let handle = try Handle(input)
        #expect(handle.key == key)
        #expect(handle.spelling == spelling)
    }

    @Test(arguments: [
        ("", HandleError.empty),
        ("@", .empty),
        ("ab", .tooShort),
        (String(repeating: "a", count: 33), .tooLong),
        ("_ada", .badStart),
        ("-ada", .badStart),
        ("12345", .onlyDigits),
        ("@@ada", .forbiddenCharacter),
        ("a da", .forbiddenCharacter),
        ("ädä", .forbiddenCharacter),
        ("ada\u{0}", .forbiddenCharacter),
        ("ada\u{202E}x", .forbiddenCharacter),
        ("__proto__", .badStart),
        ("K\u{212A}elvin", .forbiddenCharacter),
    ])
    func refusal(input: String, error: HandleError) {
        #expect(throws: error) { try Handle(input) }
    }

    @Test func spellingsOfOnePersonShareAKey() throws {
        #expect(try Handle("welcome-agent").key == Handle("@Welcome_Agent").key)
    }
}
