/// An e-mail address that mail can be sent to, lower-cased: two spellings of one mailbox are one owner.
///
/// The plain form alone (RFC 5321's Dot-string and Domain, in ASCII): quoted local parts and comments are legal, used by
/// hardly anybody, and a way to smuggle what another reader understands differently.
struct MailAddress: Hashable, Sendable {
    let text: String
    var domain: Substring { text[text.index(after: text.lastIndex(of: "@") ?? text.startIndex)...] }

    /// - Returns: `nil` for anything else.
    init?(_ input: String) {
        let lowered = input.lowercased()
        guard lowered.utf8.count <= 254, lowered.utf8.allSatisfy({ $0 < 0x80 }) else { return nil }
        let parts = lowered.split(separator: "@", omittingEmptySubsequences: false)
        guard parts.count == 2, parts[0].utf8.count <= 64, Self.isDotted(parts[0], of: Self.isAtom) else { return nil }
        let labels = parts[1].split(separator: ".", omittingEmptySubsequences: false)
        guard labels.count >= 2, Self.isDotted(parts[1], of: Self.isLabelByte),
            labels.allSatisfy({ $0.utf8.count <= 63 && $0.first != "-" && $0.last != "-" }),
            labels.last?.contains(where: \.isLetter) == true
        else { return nil }
        text = lowered
    }

    private static func isDotted(_ text: Substring, of isAllowed: (UInt8) -> Bool) -> Bool {
        text.split(separator: ".", omittingEmptySubsequences: false).allSatisfy {
            !$0.isEmpty && $0.utf8.allSatisfy(isAllowed)
        }
    }

    private static func isLabelByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"): true
        default: false
        }
    }

    /// `atext` of RFC 5322.
    private static func isAtom(_ byte: UInt8) -> Bool {
        isLabelByte(byte) || "!#$%&'*+/=?^_`{|}~".utf8.contains(byte)
    }
}
