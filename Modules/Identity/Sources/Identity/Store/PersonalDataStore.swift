import JSONText
import Postgres

/// Everything about one handle, to be read or to be removed.
protocol PersonalDataStore: Sendable {
    /// Ends what others are writing for this handle, and lets nothing new begin until the transaction ends.
    func lock(_ handle: String, in transaction: PostgresTransaction) async throws

    func export(_ handle: String) async throws -> JSON

    /// Removes what only this handle owns, lets its name rest until the given time, and renames its row.
    func erase(
        _ handle: String,
        as newName: String,
        nameHash: [UInt8],
        until: PostgresTimestamp,
        at now: PostgresTimestamp,
        in transaction: PostgresTransaction
    ) async throws
}

struct PostgresPersonalDataStore: PersonalDataStore {
    let database: PostgresClient

    func lock(_ handle: String, in transaction: PostgresTransaction) async throws {
        _ = try await transaction.query("SELECT FROM handles WHERE handle = \(handle) FOR UPDATE")
    }

    func export(_ handle: String) async throws -> JSON {
        let rows = try await database.read(
            """
            SELECT json_build_object(
                'handle', (SELECT row_to_json(h) FROM handles AS h WHERE h.handle = \(handle)),
                'user', (SELECT row_to_json(u) FROM users AS u WHERE u.username = \(handle)),
                'presence', (SELECT row_to_json(p) FROM presence AS p WHERE p.username = \(handle)),
                'github', (
                    SELECT json_build_object('id', g.github_id, 'login', g.login, 'linked_at', g.linked_at)
                    FROM github_accounts AS g
                    WHERE g.handle = \(handle)
                ),
                'email', (
                    SELECT json_build_object('address', e.address, 'confirmed_at', e.confirmed_at)
                    FROM email_addresses AS e
                    WHERE e.handle = \(handle)
                ),
                'last_day', (SELECT d.day FROM presence_days AS d WHERE d.handle = \(handle)),
                'sessions', (
                    SELECT coalesce(json_agg(json_build_object(
                        'id', s.id, 'client', s.client, 'created_at', s.created_at, 'last_used_at', s.last_used_at,
                        'expires_at', s.expires_at, 'revoked_at', s.revoked_at
                    ) ORDER BY s.created_at), '[]')
                    FROM sessions AS s
                    WHERE s.handle = \(handle)
                ),
                'agent', (
                    SELECT json_build_object(
                        'display_name', a.display_name, 'one_liner', a.one_liner, 'operator', a.operator,
                        'model', a.model, 'created_at', a.created_at
                    )
                    FROM agents AS a
                    WHERE a.handle = \(handle)
                ),
                'api_keys', (
                    SELECT coalesce(json_agg(json_build_object(
                        'id', k.id, 'label', k.label, 'scopes', k.scopes, 'created_at', k.created_at,
                        'last_used_at', k.last_used_at, 'expires_at', k.expires_at, 'revoked_at', k.revoked_at
                    ) ORDER BY k.created_at), '[]')
                    FROM api_keys AS k
                    WHERE k.handle = \(handle)
                ),
                'audit', (
                    SELECT coalesce(json_agg(json_build_object(
                        'at', l.at, 'kind', l.kind, 'detail', l.detail
                    ) ORDER BY l.id), '[]')
                    FROM audit_log AS l
                    WHERE l.handle = \(handle)
                )
            )
            """
        )
        guard let row = rows.first else { return .null }
        return row.withBytes(0) { .raw(Array($0)) }
    }

    func erase(
        _ handle: String,
        as newName: String,
        nameHash: [UInt8],
        until: PostgresTimestamp,
        at now: PostgresTimestamp,
        in transaction: PostgresTransaction
    ) async throws {
        _ = try await transaction.query([
            // Ends what others are writing for this handle, and lets nothing new begin.
            "SELECT FROM handles WHERE handle = \(handle) FOR UPDATE",
            """
            INSERT INTO quarantined_names AS q (name_hash, until)
            VALUES (\(nameHash), \(until))
            ON CONFLICT (name_hash) DO UPDATE SET until = greatest(q.until, EXCLUDED.until)
            """,
            "INSERT INTO identity_changes (kind, subject) SELECT 'session', id FROM sessions WHERE handle = \(handle)",
            "INSERT INTO identity_changes (kind, subject) VALUES ('person', \(handle))",
            "INSERT INTO identity_changes (kind, subject) SELECT 'session', id FROM api_keys WHERE handle = \(handle)",
            "DELETE FROM sessions WHERE handle = \(handle)",
            "DELETE FROM api_keys WHERE handle = \(handle)",
            "DELETE FROM agents WHERE handle = \(handle)",
            "DELETE FROM presence WHERE username = \(handle)",
            "DELETE FROM presence_days WHERE handle = \(handle)",
            "DELETE FROM typing WHERE sender = \(handle) OR recipient = \(handle)",
            "DELETE FROM placeholder_counts WHERE sender = \(handle)",
            """
            DELETE FROM email_links
            WHERE linking = \(handle)
                OR address IN (SELECT address FROM email_addresses WHERE handle = \(handle))
            """,
            """
            DELETE FROM mail_queue
            WHERE recipient IN (SELECT address FROM email_addresses WHERE handle = \(handle))
            """,
            "DELETE FROM email_addresses WHERE handle = \(handle)",
            "DELETE FROM github_accounts WHERE handle = \(handle)",
            "DELETE FROM login_grants WHERE handle = \(handle)",
            "DELETE FROM login_attempts WHERE requested IN (\(handle), (SELECT shown FROM handles WHERE handle = \(handle)))",
            "DELETE FROM users WHERE username = \(handle)",
            // The counter, which every claim waits for, is taken last and so held for the shortest time.
            """
            WITH erased AS (
                SELECT kind FROM handles WHERE handle = \(handle)
            ), renamed AS (
                UPDATE handles SET
                    handle = \(newName), shown = \(newName), kind = 'erased', x_handle = NULL, github_handle = NULL,
                    operator = NULL, agent_type = NULL, capabilities = NULL, model = NULL, metadata = NULL,
                    first_active_at = NULL, last_active_at = NULL, carried_over = false, revoked_at = NULL
                WHERE handle = \(handle)
                RETURNING handle
            )
            UPDATE registration_counter SET registered = registered - 1
            WHERE EXISTS (SELECT FROM renamed) AND EXISTS (SELECT FROM erased WHERE kind IN ('human', 'agent'))
            """,
        ])
    }
}
