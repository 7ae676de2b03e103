/// One value, or one member's key, of a scanned document. Tokens lie flat in document order, a container
/// before its content, so that `next` leaps over a whole subtree.
struct JSONToken: Sendable {
    /// Range of bytes in the document: with the quotes of a string, the brackets of a container.
    var start: UInt32
    var end: UInt32
    /// Index of the first token behind this one's subtree. While a container is still open during the scan:
    /// index of the container around it.
    var next: UInt32
    var kind: JSONValue.Kind
    var flags: Flags

    struct Flags: OptionSet, Sendable {
        let rawValue: UInt8
        /// A string with at least one escape: its bytes are not its content.
        static let escaped = Flags(rawValue: 1)
        /// A number with a fraction or an exponent.
        static let fractional = Flags(rawValue: 2)
        /// U+0000 in this string, or in any string or key inside this container.
        static let nul = Flags(rawValue: 4)
        /// A surrogate escape without its partner, likewise.
        static let loneSurrogate = Flags(rawValue: 8)
        /// What a container takes over from its content.
        static let inherited: Flags = [.nul, .loneSurrogate]
    }
}
