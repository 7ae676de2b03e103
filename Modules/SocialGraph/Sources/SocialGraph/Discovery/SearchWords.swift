import Foundation

/// The words by which text is found. The same function cuts what people write and what they search for, so both agree
/// in every language.
enum SearchWords {
    /// Characters in a word; longer ones are no words.
    static let length = 40

    /// Runs of letters and digits without case and accents, each once, in order. A Chinese, Japanese or Korean
    /// character is a word of its own, since such text has no spaces.
    static func words(in text: String, limit: Int) -> [String] {
        let folded = text.folding(
            options: [.caseInsensitive, .diacriticInsensitive, .widthInsensitive],
            locale: nil
        )
        var words: [String] = []
        var seen: Set<String> = []
        var word = ""
        func finish() {
            if !word.isEmpty, word.count <= length, words.count < limit, seen.insert(word).inserted {
                words.append(word)
            }
            word = ""
        }
        for character in folded {
            if isIdeograph(character) {
                finish()
                word = String(character)
                finish()
            } else if character.isLetter || character.isNumber {
                word.append(character)
            } else {
                finish()
            }
        }
        finish()
        return words
    }

    /// Words that consist of letters alone, three at least, cut out of `words`: `ada` of `ada42`. A typing error is
    /// looked for among these; digits have none, and would make the vocabulary as long as the list of people.
    static func spoken(_ words: [String]) -> [String] {
        var spoken: Set<String> = []
        for word in words {
            for run in word.split(whereSeparator: \.isNumber) where run.count >= 3 { spoken.insert(String(run)) }
        }
        return spoken.sorted()
    }

    private static func isIdeograph(_ character: Character) -> Bool {
        guard let scalar = character.unicodeScalars.first?.value else { return false }
        return (0x3040...0x30FF).contains(scalar) || (0x3400...0x9FFF).contains(scalar)
            || (0xAC00...0xD7AF).contains(scalar) || (0x20000...0x3FFFF).contains(scalar)
    }
}
