import Kernel
import Postgres

/// Invites in Postgres.
struct PostgresInviteStore: InviteStore {
    let database: PostgresClient

    /// Bonus codes that an inviter may ever get (original-api.md, 1.10).
    static let bonuses: Int32 = 10

    /// Of our own, in a class that Postgres leaves to its users.
    private static let unusable: SQLState = "VE001"

    private static let columns = "code, created_by, used_by, used_at, expires_at, created_at, is_bonus"

    func create(
        _ code: String,
        by inviter: String,
        allowance: Int,
        at time: PostgresTimestamp,
        through writer: any RequestWriter
    ) async throws -> InviteCreation {
        do {
            let results = try await writer.write([
                // Locks the inviter's row: of two wishes at once, the second counts what the first made.
                """
                INSERT INTO inviters AS inviter (handle) VALUES (\(inviter))
                ON CONFLICT (handle) DO UPDATE SET invited = inviter.invited
                """,
                """
                INSERT INTO invites (code, created_by, expires_at, created_at)
                SELECT \(code), \(inviter), \(time.adding(days: Invite.lifetimeInDays)), \(time)
                WHERE (
                    SELECT count(*)
                    FROM invites
                    WHERE created_by = \(inviter) AND used_at IS NULL AND expires_at > \(time)
                ) < \(allowance)
                RETURNING code
                """,
                """
                SELECT count(*)
                FROM invites
                WHERE created_by = \(inviter) AND used_at IS NULL AND expires_at > \(time)
                """,
            ])
            return InviteCreation(isMade: !results[1].isEmpty, unused: Int(results[2].first?.int64(0) ?? 0))
        } catch let error as PostgresError where Self.isTaken(error) {
            throw CodeTaken()
        }
    }

    func invite(_ code: String) async throws -> Invite? {
        try await database.read("SELECT \(unescaped: Self.columns) FROM invites WHERE code = \(code)")
            .first.map(Self.invite)
    }

    func unused(of inviter: String) async throws -> [Invite] {
        try await database.read(
            """
            SELECT \(unescaped: Self.columns)
            FROM invites
            WHERE created_by = \(inviter) AND used_at IS NULL
            ORDER BY created_at DESC, code
            """
        ).map(Self.invite)
    }

    func used(of inviter: String, before: ListPosition, limit: Int) async throws -> Page<Invite> {
        let rows = try await database.read(Self.used(of: inviter, before: before, limit: limit + 1))
        return Page(rows.map(Self.invite), limit: limit, position: \.position)
    }

    static func used(of inviter: String, before: ListPosition, limit: Int) -> PostgresQuery {
        """
        SELECT \(unescaped: columns)
        FROM invites
        WHERE created_by = \(inviter)
            AND used_at <= \(before.time)
            AND (used_at < \(before.time) OR code > \(before.id))
        ORDER BY used_at DESC, code
        LIMIT \(limit)
        """
    }

    func redemption(
        of invite: Invite,
        by handle: String,
        bonus: String,
        at time: PostgresTimestamp
    ) -> [PostgresQuery] {
        [
            """
            WITH used AS (
                UPDATE invites SET used_by = \(handle), used_at = \(time)
                WHERE code = \(invite.code) AND used_at IS NULL AND expires_at > \(time)
                RETURNING code
            )
            SELECT CASE WHEN EXISTS (SELECT FROM used) THEN 0 ELSE refuse_redemption(\(Self.unusable.rawValue)) END
            """,
            """
            INSERT INTO inviters AS inviter (handle, invited) VALUES (\(invite.inviter), 1)
            ON CONFLICT (handle) DO UPDATE SET invited = inviter.invited + 1
            """,
            """
            WITH granted AS (
                UPDATE inviters SET bonuses = bonuses + 1
                WHERE handle = \(invite.inviter) AND bonuses < \(Self.bonuses)
                RETURNING handle
            )
            INSERT INTO invites (code, created_by, expires_at, created_at, is_bonus)
            SELECT \(bonus), handle, \(time.adding(days: Invite.lifetimeInDays)), \(time), true
            FROM granted
            """,
        ]
    }

    func refusal(_ error: any Error) -> RedemptionRefusal? {
        guard let error = error as? PostgresError else { return nil }
        if error.sqlState == Self.unusable { return .unusable }
        return Self.isTaken(error) ? .codeTaken : nil
    }

    func forget(expiredBefore time: PostgresTimestamp) async throws {
        _ = try await database.write("DELETE FROM invites WHERE used_at IS NULL AND expires_at < \(time)")
    }

    func history(of handle: String) async throws -> [Invite] {
        try await database.read(
            """
            SELECT \(unescaped: Self.columns)
            FROM invites
            WHERE created_by = \(handle) OR used_by = \(handle)
            ORDER BY created_at, code
            """
        ).map(Self.invite)
    }

    /// A code holds the beginning of its inviter's name, so all of theirs go. Those by which the person came in are
    /// others' and stay; the rename takes the name out of them.
    func erase(_ handle: String, in transaction: PostgresTransaction) async throws {
        try await transaction.query([
            "DELETE FROM invites WHERE created_by = \(handle)",
            "DELETE FROM inviters WHERE handle = \(handle)",
        ])
    }

    private static func isTaken(_ error: PostgresError) -> Bool {
        error.sqlState == .uniqueViolation && error.constraint == "invites_pkey"
    }

    private static func invite(_ row: PostgresRow) -> Invite {
        Invite(
            code: row.string(0),
            inviter: row.string(1),
            usedBy: row.isNull(2) ? nil : row.string(2),
            usedAt: row.isNull(3) ? nil : row.timestamp(3),
            expiresAt: row.timestamp(4),
            createdAt: row.timestamp(5),
            isBonus: row.bool(6)
        )
    }
}
