import Postgres

/// Numbers that signatures have used up. An extension: only Postgres keeps them.
protocol NonceStore: Sendable {
    /// A statement that fails, and all that is written with it, when the number was used before.
    func using(_ nonce: UsedNonce) -> PostgresQuery

    /// Whether a write failed for that.
    func isReplay(_ error: any Error) -> Bool

    /// Forgets what is too old to count.
    func forgetNonces(before time: PostgresTimestamp) async throws
}

extension PostgresMessageStore: NonceStore {
    func using(_ nonce: UsedNonce) -> PostgresQuery {
        """
        INSERT INTO message_nonces (handle, nonce, expires_at)
        VALUES (\(nonce.handle), \(nonce.nonce), \(nonce.expiresAt))
        """
    }

    func isReplay(_ error: any Error) -> Bool {
        guard let error = error as? PostgresError else { return false }
        return error.sqlState == .uniqueViolation && error.constraint == "message_nonces_pkey"
    }

    func forgetNonces(before time: PostgresTimestamp) async throws {
        try await database.write("DELETE FROM message_nonces WHERE expires_at < \(time)")
    }
}
