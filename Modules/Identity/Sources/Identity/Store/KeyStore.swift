import Contracts
import Kernel
import Postgres

/// Keys of people, and what they prove.
protocol KeyStore: Sendable {
    /// The keys of a handle that somebody has; `nil` for any other name.
    func held(by handle: String) async throws -> HeldKeys?

    /// Whether a name alone could open the handle. The statement that uses the proof asks again.
    func isOpen(_ handle: String, for claim: OpenClaim) async throws -> Bool

    /// Puts another key in the place of the present one, ends all sessions and API keys, and stores a new session,
    /// all or nothing.
    ///
    /// - Parameter with: further statements of the same transaction.
    /// - Returns: the ids of what ended.
    /// - Throws: ``KeyRefusal``.
    func rotate(
        _ rotation: KeyRotation,
        session: SessionRecord,
        tokenHash: [UInt8],
        with statements: [PostgresQuery],
        writer: any RequestWriter
    ) async throws -> EndedCredentials

    /// Revokes a handle for good, ends all sessions and API keys and lets the name rest.
    ///
    /// - Throws: ``KeyRefusal``.
    func revoke(
        _ revocation: KeyRevocation,
        with statements: [PostgresQuery],
        writer: any RequestWriter
    ) async throws -> EndedCredentials

    func removeNonces(before: PostgresTimestamp) async throws

    /// Handles that their owners revoked before the given time.
    func revoked(before: PostgresTimestamp, limit: Int) async throws -> [String]

    /// Gives a revoked handle's name back: what was written by it stays, under another name.
    func release(_ handle: String, as newName: String, events: [PostgresQuery]) async throws
}

/// The keys of a handle, with what decides whether they count.
struct HeldKeys: Sendable {
    let handle: String
    /// The spelling that people see.
    let shown: String
    let kind: Person.Kind
    let status: String
    /// `nil` also where the key came with a handle that nobody has shown to be theirs.
    let publicKey: PublicKey?
    let recoveryKey: PublicKey?
    /// Whether the present key has signed with a time and a nonce.
    let hasSignedDated: Bool
}

/// By which rule a name alone opens a handle.
enum OpenClaim: Sendable {
    /// The first register of a carried-over handle.
    case carryOver
    /// `identity.legacy_open_handles`.
    case name
}

/// A new key for a handle, ordered by its recovery key.
struct KeyRotation: Sendable {
    let handle: String
    let recoveryKey: PublicKey
    let oldKey: PublicKey?
    let newKey: PublicKey
    let nonce: NonceUse
    let at: PostgresTimestamp
}

/// The end of a handle, ordered by its recovery key.
struct KeyRevocation: Sendable {
    let handle: String
    let recoveryKey: PublicKey
    let nonce: NonceUse?
    /// The keyed hash under which the name rests.
    let nameHash: [UInt8]
    let at: PostgresTimestamp
    /// Until when the name rests.
    let until: PostgresTimestamp
}

/// What a rotation or a revocation ended: ids of sessions and of API keys.
struct EndedCredentials: Sendable {
    let sessions: [String]
    let apiKeys: [String]
}

/// Why keys were left as they were, found out while writing.
enum KeyRefusal: Error {
    /// The handle's keys or standing changed since they were read.
    case changed
    /// The nonce was used before.
    case replay
}

struct PostgresKeyStore: KeyStore {
    let database: PostgresClient

    func held(by handle: String) async throws -> HeldKeys? {
        try await database.read(Self.held(by: handle)).first.map { row in
            HeldKeys(
                handle: row.string(0),
                shown: row.string(1),
                kind: Person.Kind(rawValue: row.string(2)) ?? .placeholder,
                status: row.string(3),
                publicKey: PublicKey(stored: row.isNull(4) ? nil : row.string(4)),
                recoveryKey: PublicKey(stored: row.isNull(5) ? nil : row.string(5)),
                hasSignedDated: row.bool(6)
            )
        }
    }

    func isOpen(_ handle: String, for claim: OpenClaim) async throws -> Bool {
        let rows = try await database.read(
            "SELECT EXISTS (SELECT FROM handles AS h WHERE h.handle = \(handle) AND \(unescaped: Self.condition(claim)))"
        )
        return rows.first?.bool(0) ?? false
    }

    func rotate(
        _ rotation: KeyRotation,
        session: SessionRecord,
        tokenHash: [UInt8],
        with statements: [PostgresQuery],
        writer: any RequestWriter
    ) async throws -> EndedCredentials {
        let key = rotation.handle
        return try await ending(
            of: key,
            at: rotation.at,
            by: """
                WITH owner AS (
                    SELECT u.username
                    FROM users AS u
                    JOIN handles AS h ON h.handle = u.username
                    WHERE u.username = \(key) AND u.recovery_key = \(rotation.recoveryKey.text)
                        AND u.public_key IS NOT DISTINCT FROM \(rotation.oldKey?.text)
                        AND h.status = 'active' AND NOT h.carried_over
                    FOR UPDATE OF u
                ), nonce AS (
                    INSERT INTO used_nonces (nonce_hash, expires_at)
                    SELECT \(rotation.nonce.hash), \(rotation.nonce.until) FROM owner
                    ON CONFLICT (nonce_hash) DO NOTHING
                    RETURNING nonce_hash
                ), rotated AS (
                    UPDATE users SET
                        public_key = \(rotation.newKey.text), key_rotated_at = \(rotation.at),
                        dated_signature_at = NULL, updated_at = \(rotation.at)
                    WHERE username IN (SELECT username FROM owner) AND EXISTS (SELECT FROM nonce)
                )
                SELECT CASE
                    WHEN NOT EXISTS (SELECT FROM owner) THEN refuse_claim(\(Self.changed.rawValue))
                    WHEN NOT EXISTS (SELECT FROM nonce) THEN refuse_claim(\(Self.replay.rawValue))
                    ELSE 0
                END
                """,
            then: [PostgresSessionStore.insertion(session, tokenHash: tokenHash)] + statements,
            writer: writer
        )
    }

    func revoke(
        _ revocation: KeyRevocation,
        with statements: [PostgresQuery],
        writer: any RequestWriter
    ) async throws -> EndedCredentials {
        let key = revocation.handle
        return try await ending(
            of: key,
            at: revocation.at,
            by: """
                WITH owner AS (
                    SELECT u.username
                    FROM users AS u
                    JOIN handles AS h ON h.handle = u.username
                    WHERE u.username = \(key) AND u.recovery_key = \(revocation.recoveryKey.text)
                        AND h.status = 'active' AND NOT h.carried_over
                    FOR UPDATE OF u
                ), nonce AS (
                    INSERT INTO used_nonces (nonce_hash, expires_at)
                    SELECT \(revocation.nonce?.hash), \(revocation.nonce?.until)
                    FROM owner
                    WHERE \(revocation.nonce?.hash) IS NOT NULL
                    ON CONFLICT (nonce_hash) DO NOTHING
                    RETURNING nonce_hash
                ), revoked AS (
                    UPDATE handles SET status = 'revoked', revoked_at = \(revocation.at)
                    WHERE handle IN (SELECT username FROM owner)
                ), marked AS (
                    UPDATE users SET status = 'revoked', updated_at = \(revocation.at)
                    WHERE username IN (SELECT username FROM owner)
                ), resting AS (
                    INSERT INTO quarantined_names AS q (name_hash, until)
                    SELECT \(revocation.nameHash), \(revocation.until) FROM owner
                    ON CONFLICT (name_hash) DO UPDATE SET until = greatest(q.until, EXCLUDED.until)
                )
                SELECT CASE
                    WHEN NOT EXISTS (SELECT FROM owner) THEN refuse_claim(\(Self.changed.rawValue))
                    WHEN \(revocation.nonce?.hash) IS NOT NULL AND NOT EXISTS (SELECT FROM nonce)
                        THEN refuse_claim(\(Self.replay.rawValue))
                    ELSE 0
                END
                """,
            then: statements,
            writer: writer
        )
    }

    /// Runs `change`, ends what the handle can sign in with, and runs the rest.
    private func ending(
        of handle: String,
        at now: PostgresTimestamp,
        by change: PostgresQuery,
        then rest: [PostgresQuery],
        writer: any RequestWriter
    ) async throws -> EndedCredentials {
        do {
            let rows = try await writer.write(
                [
                    // Whoever is signing in has finished before their sessions are looked for, or finds what changed.
                    "SELECT FROM handles WHERE handle = \(handle) FOR NO KEY UPDATE",
                    change,
                    PostgresSessionStore.revocation(of: handle, id: nil, at: now),
                    PostgresAPIKeyStore.revocation(of: handle, id: nil, at: now),
                    "INSERT INTO identity_changes (kind, subject) VALUES ('person', \(handle))",
                ] + rest
            )
            return EndedCredentials(sessions: rows[2].map { $0.string(0) }, apiKeys: rows[3].map { $0.string(0) })
        } catch let error as PostgresError where error.sqlState == Self.changed {
            throw KeyRefusal.changed
        } catch let error as PostgresError where error.sqlState == Self.replay {
            throw KeyRefusal.replay
        }
    }

    func removeNonces(before: PostgresTimestamp) async throws {
        _ = try await database.write("DELETE FROM used_nonces WHERE expires_at < \(before)")
    }

    func revoked(before: PostgresTimestamp, limit: Int) async throws -> [String] {
        try await database.read(
            "SELECT handle FROM handles WHERE revoked_at < \(before) AND kind <> 'erased' ORDER BY revoked_at LIMIT \(limit)"
        ).map { $0.string(0) }
    }

    func release(_ handle: String, as newName: String, events: [PostgresQuery]) async throws {
        _ = try await database.write(
            [
                "SELECT FROM handles WHERE handle = \(handle) AND revoked_at IS NOT NULL FOR UPDATE",
                "INSERT INTO identity_changes (kind, subject) VALUES ('person', \(handle)), ('person', \(newName))",
                // Whose it was may begin anew.
                """
                DELETE FROM github_accounts
                WHERE handle IN (SELECT handle FROM handles WHERE handle = \(handle) AND revoked_at IS NOT NULL)
                """,
                """
                DELETE FROM email_addresses
                WHERE handle IN (SELECT handle FROM handles WHERE handle = \(handle) AND revoked_at IS NOT NULL)
                """,
                """
                WITH released AS (
                    UPDATE handles SET
                        handle = \(newName), shown = \(newName), kind = 'erased', revoked_at = NULL, x_handle = NULL,
                        github_handle = NULL
                    WHERE handle = \(handle) AND revoked_at IS NOT NULL
                    RETURNING handle
                )
                UPDATE registration_counter SET registered = registered - 1 WHERE EXISTS (SELECT FROM released)
                """,
            ] + events
        )
    }

    // MARK: Statements

    /// Of our own, in a class that Postgres leaves to its users.
    private static let changed: SQLState = "VB004"
    private static let replay: SQLState = "VB005"

    static func held(by handle: String) -> PostgresQuery {
        """
        SELECT h.handle, h.shown, h.kind, h.status, u.public_key, u.recovery_key, u.dated_signature_at IS NOT NULL
        FROM handles AS h
        LEFT JOIN users AS u ON u.username = h.handle AND NOT h.carried_over
        WHERE h.handle = \(handle) AND h.kind IN ('human', 'agent')
        """
    }

    /// What must hold of a row of `handles`, as h, for its name alone to open it. Nobody gets a name of the house, a
    /// reserved one or one that somebody vouches for this way.
    static func condition(_ claim: OpenClaim) -> String {
        let anybody = """
            h.kind IN ('human', 'agent') AND h.status = 'active' AND h.verified = 'none'
                AND NOT EXISTS (SELECT FROM reserved_handles AS r WHERE r.handle = h.handle)
                AND NOT EXISTS (SELECT FROM github_accounts AS g WHERE g.handle = h.handle)
                AND NOT EXISTS (SELECT FROM email_addresses AS e WHERE e.handle = h.handle)
            """
        switch claim {
        case .carryOver: return anybody + " AND h.carried_over"
        case .name:
            return anybody + """
                 AND (h.carried_over OR NOT EXISTS (
                    SELECT FROM users AS u WHERE u.username = h.handle AND u.public_key IS NOT NULL
                )) AND NOT EXISTS (
                    SELECT FROM api_keys AS k WHERE k.handle = h.handle AND k.revoked_at IS NULL
                )
                """
        }
    }
}
