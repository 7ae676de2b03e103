/// One emoji, in the spelling under which the same emoji always counts together.
struct Emoji: Hashable, Sendable {
    let text: String

    /// The longest of Unicode's own sequences has 10 scalars.
    private static let scalarLimit = 16

    /// - Returns: `nil` for anything but a single emoji: text, several of them, or a piece of one.
    init?(_ input: String) {
        guard input.count == 1, input.unicodeScalars.count <= Self.scalarLimit else { return nil }
        let scalars = Array(input.unicodeScalars)
        guard scalars.allSatisfy(Self.isPart), Self.isShownAsEmoji(scalars) else { return nil }
        // A heart without the selector that makes it an emoji means the emoji.
        text = scalars.count == 1 && !scalars[0].properties.isEmojiPresentation ? input + "\u{FE0F}" : input
    }

    /// Whether the scalar occurs in emoji at all.
    private static func isPart(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        // Joiner, emoji selector, keycap, tags of flags.
        case 0x200D, 0xFE0F, 0x20E3, 0xE0020...0xE007F: true
        default: scalar.properties.isEmoji
        }
    }

    private static func isShownAsEmoji(_ scalars: [Unicode.Scalar]) -> Bool {
        let first = scalars[0]
        // Digits, # and * are emoji as keycaps only; letters of flags in pairs only.
        if first.isASCII { return scalars.last?.value == 0x20E3 }
        if isFlagLetter(first) { return scalars.count == 2 && isFlagLetter(scalars[1]) }
        return first.properties.isEmoji
    }

    private static func isFlagLetter(_ scalar: Unicode.Scalar) -> Bool {
        (0x1F1E6...0x1F1FF).contains(scalar.value)
    }
}
