/// Knows the keys with which people sign what they send. Provided by Identity; reading is free in the steady state, for it
/// is answered from memory.
public protocol SigningKeys: Sendable {
    /// The Ed25519 public key registered for a folded handle, as its raw 32 bytes.
    ///
    /// - Returns: `nil` without a key, and for somebody who may not act.
    func key(of handle: String) async throws -> [UInt8]?
}
