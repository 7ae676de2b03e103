import Crypto
import Foundation

extension PublicKey {
    /// A key from the database; `nil` for one that is none, which only old data can hold.
    init?(stored text: String?) {
        guard let text, let key = try? PublicKey(text, field: "") else { return nil }
        self = key
    }

    /// Whether the owner of the key signed these bytes.
    func hasSigned(_ bytes: [UInt8], _ signature: KeySignature) -> Bool {
        guard let raw = Data(base64Encoded: text.replacing("ed25519:", with: "")),
            let key = try? Curve25519.Signing.PublicKey(rawRepresentation: raw)
        else { return false }
        return key.isValidSignature(signature.bytes, for: bytes)
    }
}

/// An Ed25519 signature: 64 bytes.
struct KeySignature: Sendable, Hashable {
    let bytes: [UInt8]

    /// Reads base 64 in either alphabet, `ed25519:` before it or not (clients.md, 5.4).
    ///
    /// - Returns: `nil` when it is no signature.
    init?(_ text: String) {
        let coded = text.hasPrefix("ed25519:") ? String(text.dropFirst(8)) : text
        let plain = coded.replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
        guard let bytes = Base64URL.decode(plain), bytes.count == 64 else { return nil }
        self.bytes = Array(bytes)
    }
}
