import Crypto
import Foundation
import JSONText
import Kernel
import Postgres

/// A message as its sender signed it: the members as received, before anything was folded, trimmed or replaced.
struct SignedBody: Sendable {
    /// The members that make a signature count once; `nil` where the body lacks them.
    let time: PostgresTimestamp?
    let nonce: String?
    private let value: JSONValue
    /// 64 bytes, or `nil` for text that is no signature.
    private let signature: [UInt8]?

    /// UTF-16 units of a nonce; clients send 32 hexadecimal digits.
    static let nonceLimit = 128

    /// - Returns: `nil` for a body that is not signed.
    /// - Throws: 400 for members of another type, signed or not.
    init?(_ body: BodyFields) throws(APIError) {
        let text = try body.optionalString("signature", limit: 512)
        nonce = try body.optionalString("nonce", limit: Self.nonceLimit)
        time = try Self.time(body)
        guard let text, !text.isEmpty else { return nil }
        value = body.value
        signature = Self.signature(text)
    }

    private static func time(_ body: BodyFields) throws(APIError) -> PostgresTimestamp? {
        guard let value = body["timestamp"], !value.isNull else { return nil }
        guard value.kind == .number, let microseconds = Timestamp.parse(value) else {
            throw .invalid(field: "timestamp", "must be a time in seconds since the Unix epoch.")
        }
        return PostgresTimestamp(microseconds: microseconds)
    }

    /// Base 64 in either alphabet, `ed25519:` before it or not (clients.md, section 5.4).
    private static func signature(_ text: String) -> [UInt8]? {
        let prefix = "ed25519:"
        let coded = (text.hasPrefix(prefix) ? String(text.dropFirst(prefix.count)) : text)
            .replacing("-", with: "+").replacing("_", with: "/").replacing("=", with: "")
        let padding = String(repeating: "=", count: (4 - coded.utf8.count % 4) % 4)
        guard let bytes = Data(base64Encoded: coded + padding), bytes.count == 64 else { return nil }
        return Array(bytes)
    }

    /// Whether the owner of the key signed what this message says.
    ///
    /// - Parameter key: 32 bytes.
    func isSigned(by key: [UInt8]) -> Bool {
        guard let signature, let key = try? Curve25519.Signing.PublicKey(rawRepresentation: key) else { return false }
        // Clients make the canonical form as JavaScript does, or as Python does.
        return [CanonicalJSON.Style.javaScript, .pythonASCII].contains { style in
            leftOut.contains { names in
                key.isValidSignature(signature, for: CanonicalJSON.encode(value, dropping: names, style: style))
            }
        }
    }

    /// What a signature may leave out. Some clients add `text` after signing (clients.md, section 3.1): as long as it says
    /// what `body` says, it changes nothing.
    private var leftOut: [Set<String>] {
        addsNothing("text") ? [["signature"], ["signature", "text"]] : [["signature"]]
    }

    private func addsNothing(_ name: String) -> Bool {
        guard let text = value[name] else { return false }
        let signed = value["body"]?.string ?? ""
        return text.isNull ? signed.isEmpty : text.string == signed
    }
}
