import Foundation
import Kernel

/// An Ed25519 public key in the one spelling that is stored: `ed25519:` and base 64 of its 32 bytes.
struct PublicKey: Hashable, Sendable {
    let text: String

    /// Reads the three spellings in use: base 64 of the SPKI form (44 bytes), `ed25519:` and base 64 of the raw key,
    /// `ed25519:` and base 64 of the SPKI form; also in the alphabet for addresses.
    ///
    /// - Parameter field: the member's name, for the error.
    /// - Throws: 400 when it is no Ed25519 key.
    init(_ input: String, field: String) throws(APIError) {
        let prefix = "ed25519:"
        let coded = input.hasPrefix(prefix) ? String(input.dropFirst(prefix.count)) : input
        let plain = coded.replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
        guard let bytes = Base64URL.decode(plain), let raw = Self.raw(Array(bytes)) else {
            throw .invalid(field: field, "must be an Ed25519 public key in base 64, raw or as SPKI.")
        }
        text = prefix + Data(raw).base64EncodedString()
    }

    private static func raw(_ bytes: [UInt8]) -> ArraySlice<UInt8>? {
        if bytes.count == 32 { return bytes[...] }
        guard bytes.count == spkiPrefix.count + 32, bytes.starts(with: spkiPrefix) else { return nil }
        return bytes.dropFirst(spkiPrefix.count)
    }

    /// The SubjectPublicKeyInfo of an Ed25519 key up to the key itself (RFC 8410, section 4).
    private static let spkiPrefix: [UInt8] = [0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00]
}
