import Crypto
import Foundation

/// What a log says instead of a handle: the same for the same person, useless to whoever has only the log.
public struct HandleHash: Sendable {
    private let key: SymmetricKey

    /// - Parameter secret: the service's. Another secret gives other hashes.
    public init(secret: String) {
        key = SymmetricKey(data: Data(secret.utf8))
    }

    /// The first 12 hexadecimal digits of HMAC-SHA256 of the folded handle.
    public func callAsFunction(_ handle: String) -> String {
        // The prefix keeps this use of the secret apart from all others.
        let code = HMAC<SHA256>.authenticationCode(for: Data("log handle:\(handle)".utf8), using: key)
        return code.prefix(6).map { byte in
            let digits = String(byte, radix: 16)
            return digits.count == 1 ? "0" + digits : digits
        }.joined()
    }
}
