/// The spelling under which an interest is stored and compared.
enum Interest {
    /// UTF-16 units in one.
    static let length = 40
    /// Interests of one person.
    static let limit = 12

    /// Lower case, one space between words, no `#` in front. `nil` for what is empty, too long, or has characters other
    /// than letters, digits and those of `c++`, `c#`, `node.js`, `ci/cd`, `r&d`, `snake_case`, `machine-learning`.
    static func normalised(_ text: String) -> String? {
        var words = text.lowercased().split(whereSeparator: \.isWhitespace).joined(separator: " ")[...]
        while words.first == "#" { words.removeFirst() }
        guard !words.isEmpty, words.utf16.count <= length, words.contains(where: { $0.isLetter || $0.isNumber }),
            words.allSatisfy({ $0.isLetter || $0.isNumber || allowed.contains($0) })
        else { return nil }
        return String(words)
    }

    private static let allowed: Set<Character> = [" ", "+", "#", ".", "/", "&", "_", "-"]
}
