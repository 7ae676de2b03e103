import Foundation

/// Tells addresses that may be shown as a link from those that may not.
enum WebAddress {
    /// UTF-16 units in one.
    static let length = 300

    /// Whether the text is an address with one of the schemes, a host, and nothing that deceives or runs: no user info
    /// (`https://bank.example@evil.example`), no white space, no control characters, no quotes or angle brackets.
    static func isFit(_ text: String, schemes: Set<String>) -> Bool {
        guard text.utf16.count <= length,
            text.unicodeScalars.allSatisfy({ $0.value > 0x20 && $0.value < 0x7F && !forbidden.contains($0) }),
            let components = URLComponents(string: text),
            let scheme = components.scheme?.lowercased(), schemes.contains(scheme),
            let host = components.host, !host.isEmpty,
            components.user == nil, components.password == nil
        else { return false }
        return true
    }

    private static let forbidden: Set<Unicode.Scalar> = ["\"", "'", "<", ">", "\\", "`", "{", "}", "|", "^"]
}
