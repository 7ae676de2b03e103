public import Crypto
import Foundation

/// What a log says instead of a handle: the same for the same person, useless to whoever has only the log.
public struct HandleHash: Sendable {
    private let key: SymmetricKey

    /// - Parameter key: derived from the service's secret for this use alone.
    public init(key: SymmetricKey) {
        self.key = key
    }

    /// The first 12 hexadecimal digits of HMAC-SHA256 of the folded handle.
    public func callAsFunction(_ handle: String) -> String {
        let code = HMAC<SHA256>.authenticationCode(for: Data(handle.utf8), using: key)
        return code.prefix(6).map { byte in
            let digits = String(byte, radix: 16)
            return digits.count == 1 ? "0" + digits : digits
        }.joined()
    }
}
