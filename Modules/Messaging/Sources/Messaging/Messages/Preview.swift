/// The beginnings of texts, for lists.
enum Preview {
    /// What summaries keep, in UTF-16 units.
    static let limit = 200

    /// The beginning of `text`, cut between characters; empty without a text.
    static func make(_ text: String?, limit: Int = Preview.limit) -> String {
        guard let text else { return "" }
        // UTF-8 never has fewer units than UTF-16.
        if text.utf8.count <= limit { return text }
        var length = 0
        let end = text.firstIndex { character in
            length += character.utf16.count
            return length > limit
        }
        return String(text[..<(end ?? text.endIndex)])
    }

    /// The line that inboxes show: 50 characters, as the original has it, and `...` if there is more.
    static func line(_ text: String) -> String {
        let line = make(text, limit: 50)
        return line.utf8.count < text.utf8.count ? line + "..." : line
    }
}
