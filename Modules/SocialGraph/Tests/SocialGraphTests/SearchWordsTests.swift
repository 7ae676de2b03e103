import Testing

@testable import SocialGraph

@Suite("Words and addresses")
struct SearchWordsTests {
    @Test(
        "Text is cut the same way in every language",
        arguments: [
            ("Grace-H, José & Jörg!", ["grace", "h", "jose", "jorg"]),
            ("ada_l ada_l v2.0", ["ada", "l", "v2", "0"]),
            ("日本語 tools", ["日", "本", "語", "tools"]),
            ("Ｆｕｌｌ width", ["full", "width"]),
            ("  …—!? ", []),
            ("👩‍💻 coder", ["coder"]),
        ]
    )
    func words(text: String, words: [String]) {
        #expect(SearchWords.words(in: text, limit: 10) == words)
    }

    @Test("Too many words and too long ones are left out")
    func limits() {
        #expect(SearchWords.words(in: "a b c d", limit: 2) == ["a", "b"])
        let long = String(repeating: "x", count: 41)
        #expect(SearchWords.words(in: "\(long) short", limit: 5) == ["short"])
    }

    @Test("Misspelt words are compared with letters alone")
    func spoken() {
        #expect(SearchWords.spoken(["ada42", "person123456", "v2", "日", "compiler"]) == ["ada", "compiler", "person"])
    }

    @Test(
        "An interest has one spelling",
        arguments: [
            ("#Rust", "rust"), ("  Machine   Learning ", "machine learning"), ("C++", "c++"), ("c#", "c#"),
            ("CI/CD", "ci/cd"),
            ("Übersetzer", "übersetzer"), ("##go", "go"),
        ]
    )
    func interests(text: String, interest: String) {
        #expect(Interest.normalised(text) == interest)
    }

    @Test("What is no interest is none", arguments: ["", "  ", "#", "+", "a'b", "x\u{0}y", "<b>", "🔥"])
    func noInterest(text: String) {
        #expect(Interest.normalised(text) == nil)
        #expect(Interest.normalised(String(repeating: "x", count: 41)) == nil)
    }

    @Test(
        "Addresses that are fit to be shown",
        arguments: [
            "https://example.com", "https://example.com/a?b=c#d", "HTTPS://Example.com:8443/x",
            "https://xn--bcher-kva.example",
        ]
    )
    func fit(address: String) {
        #expect(WebAddress.isFit(address, schemes: ["https"]))
    }

    @Test(
        "Addresses that deceive or run",
        arguments: [
            "javascript:alert(1)", "data:text/html,x", "http://example.com", "https://bank.example@evil.example",
            "https://",
            "//example.com", "https://exa mple.com", "https://e.com/\"onload=x", "https://e.com/<script>",
            "https://e.com/\n",
            "https:\\\\e.com", "", "https://user:secret@e.com", "https://bücher.example",
        ]
    )
    func unfit(address: String) {
        #expect(!WebAddress.isFit(address, schemes: ["https"]))
    }

    @Test("A search becomes an expression in which nothing is left to the typed text")
    func expressions() {
        #expect(SearchExpression(words: [], lexemes: []) == nil)
        #expect(SearchExpression(words: [["ada"]], lexemes: ["#c++"])?.text == "'ada' & '#c++'")
        #expect(SearchExpression(words: [["a", "b"], ["c"]], lexemes: [])?.text == "('a' | 'b') & 'c'")
        #expect(SearchExpression(words: [["a'b\\c"]], lexemes: [])?.text == "'a''b\\\\c'")
    }
}
