import Postgres

/// A session as stored.
struct SessionRecord: Sendable, Equatable {
    /// Public: names the session in lists. The token cannot be made from it without the secret.
    let id: String
    /// The folded handle.
    let handle: String
    /// What the program that signed in called itself, `nil` if it did not say.
    let client: String?
    let createdAt: PostgresTimestamp
    var lastUsedAt: PostgresTimestamp

    /// Tokens live 400 days from their last use (design §6): the longest that a browser keeps a cookie (RFC 6265bis).
    static let lifetime: Int64 = 400 * 86_400 * 1_000_000

    var expiresAt: PostgresTimestamp { Self.expiry(from: lastUsedAt) }

    static func expiry(from lastUse: PostgresTimestamp) -> PostgresTimestamp {
        PostgresTimestamp(microseconds: lastUse.microseconds + lifetime)
    }
}
