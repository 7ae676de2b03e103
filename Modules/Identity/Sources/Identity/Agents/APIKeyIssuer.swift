import Kernel
import Postgres

/// Makes API keys.
struct APIKeyIssuer: Sendable {
    let credentials: Credentials
    let ids: IdentifierSource

    /// A key that was made a moment ago. The key itself is shown once and never again.
    struct Issued: Sendable {
        let record: APIKeyRecord
        let key: String

        /// Stores it.
        var insertion: PostgresQuery { PostgresAPIKeyStore.insertion(record, keyHash: APIKeySigner.hash(key)) }
    }

    func issue(for handle: String, label: String?, scopes: Set<String>, at now: PostgresTimestamp) -> Issued {
        let record = APIKeyRecord(
            id: APIKeySigner.id(ids.bytes(12)),
            handle: handle,
            label: label,
            scopes: scopes,
            createdAt: now,
            lastUsedAt: nil,
            expiresAt: nil
        )
        return Issued(record: record, key: credentials.apiKeys.key(for: record.id))
    }
}
