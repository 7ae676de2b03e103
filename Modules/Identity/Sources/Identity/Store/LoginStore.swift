import Kernel
import Postgres

/// Accounts that own handles, sign-ins under way, and what a finished one grants.
protocol LoginStore: Sendable {
    /// The handle that an account owns. A developer owns the one asked for if it is somebody's.
    func owned(by account: Account, requested: String?) async throws -> String?

    /// The statements that use up what proves the account, before a claim. They fail with `ProofStatements.noProof`.
    func using(_ account: Account, at now: PostgresTimestamp) -> [PostgresQuery]

    /// The statements that make the account the owner of a handle that was just claimed. They fail with a unique violation
    /// when it owns one already.
    func linking(_ account: Account, to handle: String, at now: PostgresTimestamp) -> [PostgresQuery]

    /// The statements that keep up with what the account is called.
    func refreshing(_ account: Account) -> [PostgresQuery]

    /// The statement after which the next register of the handle from this address gets a token.
    func granting(_ handle: String, address: [UInt8], at now: PostgresTimestamp) -> PostgresQuery

    func hasGrant(_ handle: String, address: [UInt8], at now: PostgresTimestamp) async throws -> Bool

    /// Remembers a sign-in that goes on at GitHub.
    func begin(_ attempt: LoginAttempt, writer: any RequestWriter) async throws

    /// Ends a sign-in that GitHub has answered: once, and only for the browser that began it.
    func end(state: [UInt8], browser: [UInt8], at now: PostgresTimestamp) async throws -> LoginAttempt?

    /// Removes what has lapsed.
    func removeLapsed(before: PostgresTimestamp) async throws
}

/// A sign-in that goes on at GitHub.
struct LoginAttempt: Sendable {
    /// SHA-256 of the state.
    let state: [UInt8]
    /// SHA-256 of the cookie of the browser that began it.
    let browser: [UInt8]
    let requested: String?
    let redirect: String?
    let expiresAt: PostgresTimestamp
}

struct PostgresLoginStore: LoginStore {
    let database: PostgresClient

    func owned(by account: Account, requested: String?) async throws -> String? {
        try await database.read(Self.owned(by: account, requested: requested)).first?.string(0)
    }

    func using(_ account: Account, at now: PostgresTimestamp) -> [PostgresQuery] {
        guard case .mailbox(let address, let code) = account else { return [] }
        return [EmailLinkStatements.use(code, of: address, linking: nil, at: now)]
    }

    func linking(_ account: Account, to handle: String, at now: PostgresTimestamp) -> [PostgresQuery] {
        switch account {
        case .gitHub(let account):
            [
                """
                INSERT INTO github_accounts (github_id, handle, login, linked_at)
                VALUES (\(account.id), \(handle), \(account.login), \(now))
                """,
                "UPDATE handles SET github_handle = \(account.login) WHERE handle = \(handle)",
            ]
        case .mailbox(let address, _):
            [
                """
                INSERT INTO email_addresses (address, handle, confirmed_at)
                VALUES (\(address.text), \(handle), \(now))
                """
            ]
        case .developer: []
        }
    }

    func refreshing(_ account: Account) -> [PostgresQuery] {
        guard case .gitHub(let account) = account else { return [] }
        return [
            """
            WITH renamed AS (
                UPDATE github_accounts SET login = \(account.login)
                WHERE github_id = \(account.id) AND login <> \(account.login)
                RETURNING handle
            )
            UPDATE handles AS h SET github_handle = \(account.login) FROM renamed AS r WHERE h.handle = r.handle
            """
        ]
    }

    func granting(_ handle: String, address: [UInt8], at now: PostgresTimestamp) -> PostgresQuery {
        """
        INSERT INTO login_grants (handle, address_hash, expires_at)
        VALUES (\(handle), \(address), \(PostgresTimestamp(microseconds: now.microseconds + GrantProof.lifetime)))
        ON CONFLICT (handle) DO UPDATE SET
            address_hash = EXCLUDED.address_hash, expires_at = EXCLUDED.expires_at
        """
    }

    func hasGrant(_ handle: String, address: [UInt8], at now: PostgresTimestamp) async throws -> Bool {
        try await !database.read(Self.grant(handle, address: address, at: now)).isEmpty
    }

    func begin(_ attempt: LoginAttempt, writer: any RequestWriter) async throws {
        _ = try await writer.write([
            """
            INSERT INTO login_attempts (state_hash, browser_hash, requested, redirect, expires_at)
            VALUES (
                \(attempt.state), \(attempt.browser), \(attempt.requested), \(attempt.redirect), \(attempt.expiresAt)
            )
            """
        ])
    }

    func end(state: [UInt8], browser: [UInt8], at now: PostgresTimestamp) async throws -> LoginAttempt? {
        let rows = try await database.write(
            """
            DELETE FROM login_attempts
            WHERE state_hash = \(state) AND browser_hash = \(browser) AND expires_at > \(now)
            RETURNING requested, redirect, expires_at
            """
        )
        guard let row = rows.first else { return nil }
        return LoginAttempt(
            state: state,
            browser: browser,
            requested: row.isNull(0) ? nil : row.string(0),
            redirect: row.isNull(1) ? nil : row.string(1),
            expiresAt: row.timestamp(2)
        )
    }

    func removeLapsed(before: PostgresTimestamp) async throws {
        _ = try await database.write([
            "DELETE FROM login_attempts WHERE expires_at < \(before)",
            "DELETE FROM login_grants WHERE expires_at < \(before)",
            "DELETE FROM email_links WHERE expires_at < \(before)",
        ])
    }

    // MARK: Statements

    static func owned(by account: Account, requested: String?) -> PostgresQuery {
        switch account {
        case .gitHub(let account): "SELECT handle FROM github_accounts WHERE github_id = \(account.id)"
        case .mailbox(let address, _): "SELECT handle FROM email_addresses WHERE address = \(address.text)"
        case .developer: "SELECT handle FROM handles WHERE handle = \(requested) AND kind IN ('human', 'agent')"
        }
    }

    static func grant(_ handle: String, address: [UInt8], at now: PostgresTimestamp) -> PostgresQuery {
        """
        SELECT FROM login_grants
        WHERE handle = \(handle) AND address_hash = \(address) AND expires_at > \(now)
        """
    }
}
