import Crypto
import Foundation

/// Makes API keys and tells whether one was made here: `vibe_agent_`, 24 hexadecimal digits that name the key, and 24
/// of the HMAC-SHA256 of those.
///
/// The form is the original's. The signature makes guessing pointless before the database is asked, and lets an
/// instance recompute a key that it must forget.
struct APIKeySigner: Sendable {
    private let key: SymmetricKey

    static let prefix = "vibe_agent_"
    private static let idPrefix = "key_"
    private static let half = 24

    /// - Parameter key: the same on every instance; changing it ends every API key.
    init(key: SymmetricKey) {
        self.key = key
    }

    /// A new id from 12 random bytes.
    static func id(_ random: [UInt8]) -> String {
        idPrefix + hexadecimal(random)
    }

    /// Whether this names an API key, and not a session.
    static func isID(_ id: String) -> Bool { id.hasPrefix(idPrefix) }

    func key(for id: String) -> String {
        let name = String(id.dropFirst(Self.idPrefix.count))
        return Self.prefix + name + signature(of: name)
    }

    /// The id of a key; `nil` for whatever was not made here. Compares in constant time.
    func id(of key: String) -> String? {
        guard key.hasPrefix(Self.prefix) else { return nil }
        let digits = Array(key.utf8.dropFirst(Self.prefix.utf8.count))
        guard digits.count == 2 * Self.half else { return nil }
        let name = String(decoding: digits[..<Self.half], as: UTF8.self)
        let difference = zip(digits[Self.half...], signature(of: name).utf8).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) }
        return difference == 0 ? Self.idPrefix + name : nil
    }

    /// What is stored of a key.
    static func hash(_ key: String) -> [UInt8] {
        Array(SHA256.hash(data: Data(key.utf8)))
    }

    /// 96 bits of it.
    private func signature(of name: String) -> String {
        let code = HMAC<SHA256>.authenticationCode(for: Data(name.utf8), using: key)
        return Self.hexadecimal(code.prefix(Self.half / 2))
    }

    private static func hexadecimal(_ bytes: some Sequence<UInt8>) -> String {
        bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
}
