import Crypto
import Foundation

/// Makes tokens and tells whether one was made here: `<session id>.<base64url of HMAC-SHA256 of the session id>`.
///
/// The signature makes guessing pointless before the database is asked, and lets an instance recompute the token of a
/// session it must forget.
struct TokenSigner: Sendable {
    private let key: SymmetricKey

    /// - Parameter key: the same on every instance; changing it ends every session.
    init(key: SymmetricKey) {
        self.key = key
    }

    func token(for sessionID: String) -> String {
        sessionID + "." + signature(of: sessionID)
    }

    /// The session a token belongs to; `nil` for whatever was not made here. Compares in constant time.
    func sessionID(of token: String) -> String? {
        let bytes = token.utf8
        guard bytes.count <= 200, let dot = bytes.lastIndex(of: UInt8(ascii: ".")) else { return nil }
        let sessionID = String(token[..<dot])
        guard let signature = Base64URL.decode(token[token.index(after: dot)...]),
            HMAC<SHA256>.isValidAuthenticationCode(signature, authenticating: Data(sessionID.utf8), using: key)
        else { return nil }
        return sessionID
    }

    /// What is stored of a token.
    static func hash(_ token: String) -> [UInt8] {
        Array(SHA256.hash(data: Data(token.utf8)))
    }

    private func signature(of sessionID: String) -> String {
        Base64URL.encode(HMAC<SHA256>.authenticationCode(for: Data(sessionID.utf8), using: key))
    }
}
