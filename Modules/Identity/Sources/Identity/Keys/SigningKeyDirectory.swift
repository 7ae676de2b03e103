import Contracts
import Foundation

/// The keys of people for other modules, from the memory that also knows the people: a key that changes is heard of the
/// same way.
struct SigningKeyDirectory: SigningKeys {
    let people: PeopleCache

    func key(of handle: String) async throws -> [UInt8]? {
        guard let known = try await people.known(handle), known.caller != nil else { return nil }
        return known.publicKey?.raw
    }
}

extension PublicKey {
    /// The key itself: 32 bytes.
    fileprivate var raw: [UInt8]? {
        Data(base64Encoded: String(text.dropFirst("ed25519:".count))).map { Array($0) }
    }
}
