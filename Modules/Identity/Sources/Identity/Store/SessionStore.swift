import Postgres

/// Sessions.
protocol SessionStore: Sendable {
    /// The session with this id, if it was given this token, is not revoked and has not lapsed.
    func live(id: String, tokenHash: [UInt8], at now: PostgresTimestamp) async throws -> SessionRecord?

    /// The live sessions of a handle, newest first, at most 200.
    func live(of handle: String, at now: PostgresTimestamp) async throws -> [SessionRecord]

    /// Writes down last uses, by id.
    func touch(_ uses: [String: PostgresTimestamp]) async throws

    /// Revokes the live sessions of a handle: all, or the one with this id. Announces them.
    ///
    /// - Parameter statements: run after it in the same transaction.
    /// - Returns: the ids revoked.
    func revoke(
        of handle: String,
        id: String?,
        at now: PostgresTimestamp,
        with statements: [PostgresQuery]
    ) async throws -> [String]

    /// Removes what lapsed or was revoked before the given time.
    func removeEnded(before: PostgresTimestamp) async throws
}

struct PostgresSessionStore: SessionStore {
    let database: PostgresClient

    func live(id: String, tokenHash: [UInt8], at now: PostgresTimestamp) async throws -> SessionRecord? {
        try await database.read(Self.live(id: id, tokenHash: tokenHash, at: now)).first.map(Self.session)
    }

    func live(of handle: String, at now: PostgresTimestamp) async throws -> [SessionRecord] {
        try await database.read(Self.live(of: handle, at: now)).map(Self.session)
    }

    /// The statement that stores a new session.
    static func insertion(_ session: SessionRecord, tokenHash: [UInt8]) -> PostgresQuery {
        """
        INSERT INTO sessions (id, handle, token_hash, client, created_at, last_used_at, expires_at)
        VALUES (
            \(session.id), \(session.handle), \(tokenHash), \(session.client), \(session.createdAt),
            \(session.lastUsedAt), \(session.expiresAt)
        )
        """
    }

    func touch(_ uses: [String: PostgresTimestamp]) async throws {
        let ordered = uses.sorted { $0.key < $1.key }
        _ = try await database.write(
            """
            UPDATE sessions AS s SET last_used_at = u.used, expires_at = u.expiry
            FROM unnest(
                \(ordered.map(\.key)), \(ordered.map(\.value)),
                \(ordered.map { SessionRecord.expiry(from: $0.value) })
            ) AS u (id, used, expiry)
            WHERE s.id = u.id AND s.revoked_at IS NULL AND s.last_used_at < u.used
            """
        )
    }

    func revoke(
        of handle: String,
        id: String?,
        at now: PostgresTimestamp,
        with statements: [PostgresQuery]
    ) async throws -> [String] {
        let rows = try await database.write(
            [
                // Whoever is signing in with one of these sessions has finished before they are looked for, or finds none.
                "SELECT FROM handles WHERE handle = \(handle) FOR NO KEY UPDATE",
                Self.revocation(of: handle, id: id, at: now),
            ] + statements
        )
        return rows[1].map { $0.string(0) }
    }

    func removeEnded(before: PostgresTimestamp) async throws {
        _ = try await database.write("DELETE FROM sessions WHERE expires_at < \(before) OR revoked_at < \(before)")
    }

    // MARK: Statements

    /// Revokes the live sessions of a handle: all, or the one with this id. Announces them and gives their ids.
    static func revocation(of handle: String, id: String?, at now: PostgresTimestamp) -> PostgresQuery {
        """
        WITH revoked AS (
            UPDATE sessions SET revoked_at = \(now)
            WHERE handle = \(handle) AND id = coalesce(\(id), id) AND revoked_at IS NULL AND expires_at > \(now)
            RETURNING id
        ), announced AS (
            INSERT INTO identity_changes (kind, subject)
            SELECT 'session', id FROM revoked
        ), ungranted AS (
            -- With sessions goes what one of them, in the wrong hands, may have begun.
            DELETE FROM login_grants WHERE handle = \(handle) AND \(id) IS NULL
        ), unlinked AS (
            DELETE FROM email_links WHERE linking = \(handle) AND EXISTS (SELECT FROM revoked)
        )
        SELECT id FROM revoked
        """
    }

    static func live(id: String, tokenHash: [UInt8], at now: PostgresTimestamp) -> PostgresQuery {
        """
        SELECT id, handle, client, created_at, last_used_at
        FROM sessions
        WHERE id = \(id) AND token_hash = \(tokenHash) AND revoked_at IS NULL AND expires_at > \(now)
        """
    }

    static func live(of handle: String, at now: PostgresTimestamp) -> PostgresQuery {
        """
        SELECT id, handle, client, created_at, last_used_at
        FROM sessions
        WHERE handle = \(handle) AND revoked_at IS NULL AND expires_at > \(now)
        ORDER BY created_at DESC, id DESC
        LIMIT 200
        """
    }

    /// From id, handle, client, creation and last use.
    private static func session(_ row: PostgresRow) -> SessionRecord {
        SessionRecord(
            id: row.string(0),
            handle: row.string(1),
            client: row.isNull(2) ? nil : row.string(2),
            createdAt: row.timestamp(3),
            lastUsedAt: row.timestamp(4)
        )
    }
}
