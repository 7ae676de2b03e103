import Contracts
import Kernel
import Postgres

/// What people say of themselves.
protocol UserStore: Sendable {
    /// The profile of a handle that was claimed, or of a name somebody has written a user for. `nil` otherwise.
    func profile(of key: String) async throws -> Profile?

    /// What everybody may know of those of the handles that were claimed, in one query.
    func publicProfiles(of keys: [String]) async throws -> [PublicProfile]

    /// People, newest first.
    ///
    /// - Parameter after: the registration and the handle of the last one given before.
    func people(after: (PostgresTimestamp, String)?, limit: Int) async throws -> [Profile]

    /// A write without a token: makes an empty row, marked as unverified, for a name that nobody has claimed, and
    /// changes nothing that is. What it says is stored for one who registered a minute ago at most and said nothing
    /// yet: clients register and then send this, without their token.
    ///
    /// - Parameter events: stored with the write.
    /// - Returns: whether there was no row.
    func writeUnverified(
        _ handle: Handle,
        building: String?,
        at now: PostgresTimestamp,
        events: [PostgresQuery],
        writer: any RequestWriter
    ) async throws -> Bool

    /// The owner's write. What is `nil` stays; a key, an invitation and its code are set once.
    ///
    /// - Parameter events: stored with the write.
    func write(
        _ change: UserChange,
        at now: PostgresTimestamp,
        events: [PostgresQuery],
        writer: any RequestWriter
    ) async throws
}

/// What an owner changes of their profile.
struct UserChange: Sendable {
    let handle: String
    let building: String?
    let timeZone: String?
    let publicKey: PublicKey?
    let recoveryKey: PublicKey?
    /// The folded handle of somebody who exists.
    let invitedBy: String?
    let inviteCode: String?
}

struct PostgresUserStore: UserStore {
    let database: PostgresClient

    /// How long after registering a write without a token still counts as the end of the login, in microseconds.
    static let loginFlow: Int64 = 60 * 1_000_000

    func profile(of key: String) async throws -> Profile? {
        try await database.read(Self.profile(of: key)).first.map(Self.profile)
    }

    func people(after: (PostgresTimestamp, String)?, limit: Int) async throws -> [Profile] {
        try await database.read(Self.people(after: after, limit: limit)).map(Self.profile)
    }

    func publicProfiles(of keys: [String]) async throws -> [PublicProfile] {
        try await database.read(Self.publicProfiles(of: keys)).map(Self.publicProfile)
    }

    func writeUnverified(
        _ handle: Handle,
        building: String?,
        at now: PostgresTimestamp,
        events: [PostgresQuery],
        writer: any RequestWriter
    ) async throws -> Bool {
        let since = PostgresTimestamp(microseconds: now.microseconds - Self.loginFlow)
        let rows = try await writer.write(
            [
                """
                WITH made AS (
                    INSERT INTO handles (handle, shown, kind, registered_at)
                    VALUES (\(handle.key), \(handle.spelling), 'placeholder', \(now))
                    ON CONFLICT (handle) DO NOTHING
                ), filled AS (
                    UPDATE users AS u SET building = \(building), unverified = true, updated_at = \(now)
                    FROM handles AS h
                    WHERE u.username = \(handle.key) AND h.handle = u.username AND h.kind IN ('human', 'agent')
                        AND h.registered_at > \(since) AND u.building IS NULL AND \(building) IS NOT NULL
                ), written AS (
                    INSERT INTO users (username, unverified, created_at, updated_at)
                    SELECT \(handle.key), true, \(now), \(now)
                    WHERE NOT EXISTS (SELECT FROM handles WHERE handle = \(handle.key) AND kind <> 'placeholder')
                    ON CONFLICT (username) DO NOTHING
                    RETURNING username
                )
                SELECT EXISTS (SELECT FROM written)
                """
            ] + events
        )
        return rows.first?.first?.bool(0) ?? false
    }

    func write(
        _ change: UserChange,
        at now: PostgresTimestamp,
        events: [PostgresQuery],
        writer: any RequestWriter
    ) async throws {
        do {
            _ = try await writer.write(
                [
                    """
                    WITH written AS (
                        INSERT INTO users AS u (
                            username, building, time_zone, public_key, recovery_key, invited_by, invite_code, created_at,
                            updated_at
                        )
                        VALUES (
                            \(change.handle), \(change.building), coalesce(\(change.timeZone), 'UTC'),
                            \(change.publicKey?.text), \(change.recoveryKey?.text), \(change.invitedBy), \(change.inviteCode),
                            \(now), \(now)
                        )
                        ON CONFLICT (username) DO UPDATE SET
                            building = coalesce(EXCLUDED.building, u.building),
                            time_zone = coalesce(\(change.timeZone), u.time_zone),
                            public_key = coalesce(u.public_key, EXCLUDED.public_key),
                            recovery_key = coalesce(u.recovery_key, EXCLUDED.recovery_key),
                            invited_by = coalesce(u.invited_by, EXCLUDED.invited_by),
                            invite_code = coalesce(u.invite_code, EXCLUDED.invite_code),
                            unverified = u.unverified AND EXCLUDED.building IS NULL,
                            updated_at = EXCLUDED.updated_at
                        RETURNING username
                    )
                    INSERT INTO identity_changes (kind, subject)
                    SELECT 'person', username FROM written
                    """
                ] + events
            )
        } catch let error as PostgresError where error.sqlState == .foreignKeyViolation {
            // Erased since the request came: the inviter, or the caller.
            if error.constraint == "users_invited_by_fkey" {
                throw APIError.notFound("Nobody has the inviter's handle.")
            }
            throw APIError.unauthenticated()
        }
    }

    // MARK: Statements

    static func profile(of key: String) -> PostgresQuery {
        """
        SELECT \(unescaped: Self.columns)
        FROM handles AS h
        LEFT JOIN users AS u ON u.username = h.handle
        WHERE h.handle = \(key)
            AND (h.kind IN ('human', 'agent', 'system') OR (h.kind = 'placeholder' AND u.username IS NOT NULL))
        """
    }

    static func people(after: (PostgresTimestamp, String)?, limit: Int) -> PostgresQuery {
        """
        SELECT \(unescaped: Self.columns)
        FROM handles AS h
        LEFT JOIN users AS u ON u.username = h.handle
        WHERE h.kind IN ('human', 'agent')
            AND (h.registered_at, h.handle) < (\(after?.0 ?? .infinity), \(after?.1 ?? ""))
        ORDER BY h.registered_at DESC, h.handle DESC
        LIMIT \(limit)
        """
    }

    static func publicProfiles(of keys: [String]) -> PostgresQuery {
        """
        SELECT h.handle, h.shown, h.kind, u.time_zone, u.building, h.registered_at, p.last_seen, h.genesis_number,
            h.verified, h.github_handle, h.x_handle
        FROM handles AS h
        LEFT JOIN users AS u ON u.username = h.handle
        LEFT JOIN presence AS p ON p.username = h.handle
        WHERE h.handle = ANY (\(keys)) AND h.kind IN ('human', 'agent', 'system')
        """
    }

    private static func publicProfile(_ row: PostgresRow) -> PublicProfile {
        func text(_ column: Int) -> String? {
            row.isNull(column) ? nil : row.string(column)
        }
        return PublicProfile(
            person: Person(
                handle: row.string(0),
                shown: row.string(1),
                kind: Person.Kind(rawValue: row.string(2)) ?? .placeholder,
                timeZone: text(3) ?? "UTC"
            ),
            building: text(4),
            registeredAt: row.timestamp(5),
            lastActiveAt: row.isNull(6) ? nil : row.timestamp(6),
            genesisNumber: row.isNull(7) ? nil : Int(row.int64(7)),
            verified: row.string(8),
            githubHandle: text(9),
            xHandle: text(10)
        )
    }

    /// What `profile(_:)` reads, of `handles` as h and `users` as u. Keys that came with a handle from before are
    /// anybody's, and shown to nobody.
    private static let columns = """
        h.handle, h.shown, h.kind, h.registered_at, h.genesis_number, h.verified, h.operator, h.agent_type, h.model, \
        h.status, u.username IS NOT NULL, u.building, u.invited_by, u.invite_code, \
        CASE WHEN NOT h.carried_over THEN u.public_key END, CASE WHEN NOT h.carried_over THEN u.recovery_key END, \
        u.registry, u.key_rotated_at, u.time_zone, u.unverified, u.created_at, u.updated_at
        """

    private static func profile(_ row: PostgresRow) -> Profile {
        func text(_ column: Int) -> String? {
            row.isNull(column) ? nil : row.string(column)
        }
        var user: Profile.User?
        if row.bool(10) {
            user = Profile.User(
                building: text(11),
                invitedBy: text(12),
                inviteCode: text(13),
                publicKey: text(14),
                recoveryKey: text(15),
                registry: row.string(16),
                keyRotatedAt: row.isNull(17) ? nil : row.timestamp(17),
                timeZone: row.string(18),
                isUnverified: row.bool(19),
                createdAt: row.timestamp(20),
                updatedAt: row.timestamp(21)
            )
        }
        return Profile(
            handle: row.string(0),
            shown: row.string(1),
            kind: Person.Kind(rawValue: row.string(2)) ?? .placeholder,
            registeredAt: row.timestamp(3),
            genesisNumber: row.isNull(4) ? nil : Int(row.int64(4)),
            verified: row.string(5),
            operatedBy: text(6),
            agentType: text(7),
            model: text(8),
            status: row.string(9),
            user: user
        )
    }
}
