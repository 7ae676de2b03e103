public import Crypto
import Foundation

/// The one secret of the service (`server.secret`), from which each use derives a key of its own, so that no two uses
/// share one.
public struct ServiceSecret: Sendable {
    private let root: SymmetricKey

    /// Characters a secret needs: 32 hexadecimal digits are 128 bits.
    public static let minimumLength = 32

    /// - Throws: ``StartFailure`` when the secret is too short to be one.
    public init(_ text: String) throws(StartFailure) {
        guard text.utf8.count >= ServiceSecret.minimumLength else {
            throw StartFailure(
                "server.secret is too short: at least \(ServiceSecret.minimumLength) characters (VIBE_AUTH_SECRET).",
                code: 78
            )
        }
        root = SymmetricKey(data: Data(text.utf8))
    }

    /// The key for one use, 256 bits.
    ///
    /// - Parameter use: `module.purpose`. Changing it makes everything made with the key worthless.
    public func key(for use: StaticString) -> SymmetricKey {
        HKDF<SHA256>.deriveKey(
            inputKeyMaterial: root,
            info: Data(use.description.utf8),
            outputByteCount: 32
        )
    }
}
