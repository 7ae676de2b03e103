import Crypto
import Foundation
import Kernel

/// The keyed hash under which the name of an erased handle rests: nobody without the key can tell which name it was.
struct NameHash: Sendable {
    private let key: SymmetricKey

    init(_ secret: ServiceSecret) {
        key = secret.key(for: "identity.quarantined_names")
    }

    /// - Parameter key: a folded handle.
    func callAsFunction(_ key: String) -> [UInt8] {
        Array(HMAC<SHA256>.authenticationCode(for: Data(key.utf8), using: self.key))
    }
}
