import Postgres

/// API keys.
protocol APIKeyStore: Sendable {
    /// The key with this id, if it hashes to this, is not revoked and has not ended.
    func live(id: String, keyHash: [UInt8], at now: PostgresTimestamp) async throws -> APIKeyRecord?

    /// The live keys of a handle, newest first.
    func live(of handle: String, at now: PostgresTimestamp) async throws -> [APIKeyRecord]

    /// Writes down last uses, by id.
    func touch(_ uses: [String: PostgresTimestamp]) async throws

    /// Removes what ended before the given time.
    func removeEnded(before: PostgresTimestamp) async throws
}

struct PostgresAPIKeyStore: APIKeyStore {
    let database: PostgresClient

    func live(id: String, keyHash: [UInt8], at now: PostgresTimestamp) async throws -> APIKeyRecord? {
        try await database.read(Self.live(id: id, keyHash: keyHash, at: now)).first.map(Self.key)
    }

    func live(of handle: String, at now: PostgresTimestamp) async throws -> [APIKeyRecord] {
        try await database.read(Self.live(of: handle, at: now)).map(Self.key)
    }

    func touch(_ uses: [String: PostgresTimestamp]) async throws {
        let ordered = uses.sorted { $0.key < $1.key }
        _ = try await database.write(
            """
            UPDATE api_keys AS k SET last_used_at = u.used
            FROM unnest(\(ordered.map(\.key)), \(ordered.map(\.value))) AS u (id, used)
            WHERE k.id = u.id AND (k.last_used_at IS NULL OR k.last_used_at < u.used)
            """
        )
    }

    func removeEnded(before: PostgresTimestamp) async throws {
        _ = try await database.write("DELETE FROM api_keys WHERE expires_at < \(before) OR revoked_at < \(before)")
    }

    // MARK: Statements

    static func live(id: String, keyHash: [UInt8], at now: PostgresTimestamp) -> PostgresQuery {
        """
        SELECT \(unescaped: columns)
        FROM api_keys
        WHERE id = \(id) AND key_hash = \(keyHash) AND revoked_at IS NULL
            AND (expires_at IS NULL OR expires_at > \(now))
        """
    }

    static func live(of handle: String, at now: PostgresTimestamp) -> PostgresQuery {
        """
        SELECT \(unescaped: columns)
        FROM api_keys
        WHERE handle = \(handle) AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > \(now))
        ORDER BY created_at DESC, id DESC
        LIMIT 200
        """
    }

    /// Stores a new key.
    static func insertion(_ key: APIKeyRecord, keyHash: [UInt8]) -> PostgresQuery {
        """
        INSERT INTO api_keys (id, handle, key_hash, label, scopes, created_at, expires_at)
        VALUES (
            \(key.id), \(key.handle), \(keyHash), \(key.label), \(key.scopes.sorted()), \(key.createdAt),
            \(key.expiresAt)
        )
        """
    }

    /// Keeps others from adding keys to the handle until the transaction ends.
    static func lock(_ handle: String) -> PostgresQuery {
        "SELECT FROM handles WHERE handle = \(handle) FOR NO KEY UPDATE"
    }

    /// Ends the transaction unless the handle has fewer live keys than this. The handle's row must be locked before.
    static func room(for handle: String, atMost limit: Int, at now: PostgresTimestamp) -> PostgresQuery {
        """
        SELECT CASE WHEN count(*) < \(limit) THEN 0 ELSE refuse_claim(\(noRoom.rawValue)) END
        FROM api_keys
        WHERE handle = \(handle) AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > \(now))
        """
    }

    /// Lets a live key end at a time, or ends the transaction if there is no such key. One that was replaced already can only
    /// end at once. Announces it, since its record is held in memory.
    static func retirement(
        of id: String,
        handle: String,
        at end: PostgresTimestamp,
        now: PostgresTimestamp
    ) -> PostgresQuery {
        """
        WITH retired AS (
            UPDATE api_keys SET expires_at = \(end)
            WHERE id = \(id) AND handle = \(handle) AND revoked_at IS NULL
                AND (expires_at IS NULL OR (expires_at > \(now) AND \(end) = \(now)))
            RETURNING id
        ), announced AS (
            INSERT INTO identity_changes (kind, subject)
            SELECT 'session', id FROM retired
        )
        SELECT CASE WHEN EXISTS (SELECT FROM retired) THEN 0 ELSE refuse_claim(\(unknown.rawValue)) END
        """
    }

    /// Revokes the live keys of a handle: all, or the one with this id. Announces them and gives their ids.
    static func revocation(of handle: String, id: String?, at now: PostgresTimestamp) -> PostgresQuery {
        """
        WITH revoked AS (
            UPDATE api_keys SET revoked_at = \(now)
            WHERE handle = \(handle) AND id = coalesce(\(id), id) AND revoked_at IS NULL
            RETURNING id
        ), announced AS (
            INSERT INTO identity_changes (kind, subject)
            SELECT 'session', id FROM revoked
        )
        SELECT id FROM revoked
        """
    }

    /// Of our own, in a class that Postgres leaves to its users.
    static let noRoom: SQLState = "VB006"
    static let unknown: SQLState = "VB007"

    private static let columns = "id, handle, label, scopes, created_at, last_used_at, expires_at"

    private static func key(_ row: PostgresRow) throws -> APIKeyRecord {
        APIKeyRecord(
            id: row.string(0),
            handle: row.string(1),
            label: row.isNull(2) ? nil : row.string(2),
            scopes: Set(try row.decode([String].self, 3)),
            createdAt: row.timestamp(4),
            lastUsedAt: row.isNull(5) ? nil : row.timestamp(5),
            expiresAt: row.isNull(6) ? nil : row.timestamp(6)
        )
    }
}
