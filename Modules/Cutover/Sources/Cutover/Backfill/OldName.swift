/// A name of the old store, folded to the key that tables hold (the rules of `Contracts.Handle`), also where it breaks the
/// rules for new names.
public struct OldName: Hashable, Sendable {
    /// Lower-cased, without spaces around it and one leading `@`, with `_` for `-`.
    public let key: String
    /// The same with its hyphens.
    public let spelling: String
    /// Whether a new handle could not be called so.
    public var isIrregular: Bool { !Self.isRegular(key) }
    /// Whether clients use names like this one as a store for games: nobody's, and never claimed.
    public var isGameStore: Bool { key.hasPrefix("solo_") || key.hasSuffix("_room") }

    /// - Returns: `nil` for a name of which nothing is left.
    public init?(_ raw: String) {
        var text = Substring(ReadableText.withoutNUL(raw))
        while text.first == " " { text.removeFirst() }
        while text.last == " " { text.removeLast() }
        if text.utf8.first == UInt8(ascii: "@") { text = Substring(text.unicodeScalars.dropFirst()) }
        guard !text.isEmpty else { return nil }
        let lowered = text.utf8.map { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 }
        spelling = ReadableText.bounded(String(decoding: lowered, as: UTF8.self))
        key = String(decoding: spelling.utf8.map { $0 == 0x2D ? 0x5F : $0 }, as: UTF8.self)
    }

    private static func isRegular(_ key: String) -> Bool {
        var onlyDigits = true
        for (index, byte) in key.utf8.enumerated() {
            switch byte {
            case 0x30...0x39: continue
            case 0x61...0x7A: onlyDigits = false
            case 0x5F where index > 0: onlyDigits = false
            default: return false
            }
        }
        return !onlyDigits && (3...32).contains(key.utf8.count)
    }
}
