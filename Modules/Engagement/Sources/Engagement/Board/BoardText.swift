import HTTPTypes
import JSONText
import Kernel

/// What people write on the board, as requests bring it.
enum BoardText {
    /// UTF-16 units. The original took 500, which real clients exceed when they append links (clients.md, 1.1).
    static let contentLimit = 2_000
    /// Tags of an entry.
    static let tagCount = 20
    /// UTF-16 units of a tag.
    static let tagLimit = 50
    /// UTF-16 units of a reaction: an emoji of a family with skin tones has 19.
    static let reactionLimit = 24

    /// The text of an entry or a comment, `nil` when there is none.
    static func content(_ body: BodyFields) throws(APIError) -> String? {
        guard let text = try body.optionalString("content", limit: contentLimit) else { return nil }
        guard !isBlank(text) else { throw .missing(field: "content") }
        return text
    }

    /// The tags, each once, a leading `#` dropped; `nil` when the member is absent.
    static func tags(_ body: BodyFields) throws(APIError) -> [String]? {
        guard let member = body["tags"], !member.isNull else { return nil }
        guard member.kind == .array else { throw .invalid(field: "tags", "must be a list of strings.") }
        var tags: [String] = []
        for element in member.elements {
            guard let text = element.string else { throw .invalid(field: "tags", "must be a list of strings.") }
            guard !text.utf8.contains(0) else { throw .invalid(field: "tags", "must not contain U+0000.") }
            guard text.utf16.count <= tagLimit else { throw .tooLong(field: "tags", limit: tagLimit) }
            let tag = String(text.hasPrefix("#") ? text.dropFirst() : text[...])
            if !isBlank(tag), !tags.contains(tag) { tags.append(tag) }
            guard tags.count <= tagCount else {
                throw .invalid(field: "tags", "must hold at most \(tagCount) tags.")
            }
        }
        return tags
    }

    /// How tags are compared: without regard to case.
    static func folded(tag: String) -> String {
        (tag.hasPrefix("#") ? String(tag.dropFirst()) : tag).lowercased()
    }

    /// A reaction: an emoji or a short word.
    static func reaction(_ text: String) throws(APIError) -> String {
        guard text.utf16.count <= reactionLimit else { throw .tooLong(field: "reaction", limit: reactionLimit) }
        let isOneSign = text.unicodeScalars.allSatisfy { scalar in
            !scalar.properties.isWhitespace && scalar.properties.generalCategory != .control
        }
        guard !text.isEmpty, isOneSign else {
            throw .invalid(field: "reaction", "must be an emoji or a word.")
        }
        return text
    }

    private static func isBlank(_ text: String) -> Bool {
        text.unicodeScalars.allSatisfy(\.properties.isWhitespace)
    }
}
