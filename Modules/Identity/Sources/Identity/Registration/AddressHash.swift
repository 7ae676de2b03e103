import Crypto
import Foundation
import Kernel

/// The keyed hash under which a client's address is stored: enough to tell whether two requests came from one place,
/// and nothing about which.
struct AddressHash: Sendable {
    private let key: SymmetricKey

    init(_ secret: ServiceSecret) {
        key = secret.key(for: "identity.client_addresses")
    }

    /// - Parameter address: as the trusted proxies tell it.
    func callAsFunction(_ address: String) -> [UInt8] {
        Array(HMAC<SHA256>.authenticationCode(for: Data(address.utf8), using: key))
    }
}
