/// The beginnings of texts, for lists.
enum Preview {
    /// What summaries keep, in UTF-16 units.
    static let limit = 200

    /// The beginning of `text`, cut between characters; empty without a text.
    static func make(_ text: String?, limit: Int = Preview.limit) -> String {
        guard let text else { return "" }
        // UTF-8 never has fewer units than UTF-16.
        if text.utf8.count <= limit { return text }
        if let beginning = ascii(text, limit) { return beginning }
        var length = 0
        let end = text.firstIndex { character in
            length += character.utf16.count
            return length > limit
        }
        return String(text[..<(end ?? text.endIndex)])
    }

    /// The beginning of a text that is ASCII so far, where every byte is a character: what most texts are, and 50 of them
    /// are cut for every inbox. `nil` when it takes a look at characters; a line break of two bytes is one.
    private static func ascii(_ text: String, _ limit: Int) -> String? {
        text.utf8.withContiguousStorageIfAvailable { bytes -> String? in
            // One more than is taken: what follows must not belong to the last character.
            let beginning = bytes.prefix(limit + 1)
            guard beginning.allSatisfy({ $0 < 0x80 && $0 != UInt8(ascii: "\r") }) else { return nil }
            return String(decoding: bytes.prefix(limit), as: UTF8.self)
        } ?? nil
    }

    /// The line that inboxes show: 50 characters, as the original has it, and `...` if there is more.
    static func line(_ text: String) -> String {
        let line = make(text, limit: 50)
        return line.utf8.count < text.utf8.count ? line + "..." : line
    }
}
