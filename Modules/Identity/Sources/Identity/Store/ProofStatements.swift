import Postgres

/// The statements that use proofs, one for each kind. Each fails with ``noProof``, and ends the transaction that it is
/// part of, unless the proof holds at this moment.
enum ProofStatements {
    /// Of our own, in a class that Postgres leaves to its users.
    static let noProof: SQLState = "VB003"

    /// Waits for a revocation or an erasure under way, and lets none begin before the new session is there.
    static func lock(_ handle: String, for proof: Proof) -> PostgresQuery {
        // What changes the row must not share it first: two who both wait to change it would wait for each other.
        if case .carryOver = proof { return "SELECT FROM handles WHERE handle = \(handle) FOR NO KEY UPDATE" }
        return "SELECT FROM handles WHERE handle = \(handle) FOR SHARE"
    }

    static func use(of proof: Proof, handle: String, at now: PostgresTimestamp) -> PostgresQuery {
        switch proof {
        case .session(let id):
            """
            WITH proof AS (
                SELECT id FROM sessions
                WHERE id = \(id) AND handle = \(handle) AND revoked_at IS NULL AND expires_at > \(now)
                FOR SHARE
            )
            SELECT CASE WHEN EXISTS (SELECT FROM proof) THEN 0 ELSE refuse_claim(\(noProof.rawValue)) END
            """
        case .grant(let address):
            """
            WITH proof AS (
                DELETE FROM login_grants
                WHERE handle = \(handle) AND address_hash = \(address) AND expires_at > \(now)
                RETURNING handle
            )
            SELECT CASE WHEN EXISTS (SELECT FROM proof) THEN 0 ELSE refuse_claim(\(noProof.rawValue)) END
            """
        case .gitHub(let id):
            """
            WITH proof AS (
                SELECT handle FROM github_accounts WHERE github_id = \(id) AND handle = \(handle) FOR SHARE
            )
            SELECT CASE WHEN EXISTS (SELECT FROM proof) THEN 0 ELSE refuse_claim(\(noProof.rawValue)) END
            """
        case .emailedLink(let code):
            """
            WITH proof AS (
                UPDATE email_links AS l SET used_at = \(now)
                FROM email_addresses AS a
                WHERE l.code_hash = \(code) AND l.used_at IS NULL AND l.expires_at > \(now) AND l.linking IS NULL
                    AND a.address = l.address AND a.handle = \(handle)
                RETURNING l.code_hash
            )
            SELECT CASE WHEN EXISTS (SELECT FROM proof) THEN 0 ELSE refuse_claim(\(noProof.rawValue)) END
            """
        case .developer:
            """
            WITH proof AS (
                SELECT handle FROM handles WHERE handle = \(handle) AND kind IN ('human', 'agent')
            )
            SELECT CASE WHEN EXISTS (SELECT FROM proof) THEN 0 ELSE refuse_claim(\(noProof.rawValue)) END
            """
        case .signature(let key, let nonce):
            // Of two requests with one number, the second waits for the first and then finds it used.
            """
            WITH owner AS (
                UPDATE users SET dated_signature_at = coalesce(dated_signature_at, \(now))
                FROM handles AS h
                WHERE username = \(handle) AND public_key = \(key.text) AND h.handle = username
                    AND h.status = 'active' AND NOT h.carried_over
                RETURNING username
            ), proof AS (
                INSERT INTO used_nonces (nonce_hash, expires_at)
                SELECT \(nonce.hash), \(nonce.until) FROM owner
                ON CONFLICT (nonce_hash) DO NOTHING
                RETURNING nonce_hash
            )
            SELECT CASE WHEN EXISTS (SELECT FROM proof) THEN 0 ELSE refuse_claim(\(noProof.rawValue)) END
            """
        case .undatedSignature(let key):
            """
            WITH proof AS (
                SELECT u.username
                FROM users AS u
                JOIN handles AS h ON h.handle = u.username
                WHERE u.username = \(handle) AND u.public_key = \(key.text) AND u.dated_signature_at IS NULL
                    AND h.kind = 'agent' AND h.status = 'active' AND NOT h.carried_over
                FOR SHARE OF u
            )
            SELECT CASE WHEN EXISTS (SELECT FROM proof) THEN 0 ELSE refuse_claim(\(noProof.rawValue)) END
            """
        case .carryOver(let publicKey, let recoveryKey):
            """
            WITH proof AS (
                UPDATE handles AS h SET carried_over = false
                WHERE h.handle = \(handle) AND \(unescaped: PostgresKeyStore.condition(.carryOver))
                RETURNING h.handle
            ), keys AS (
                UPDATE users SET
                    public_key = \(publicKey?.text), recovery_key = \(recoveryKey?.text), dated_signature_at = NULL
                WHERE username IN (SELECT handle FROM proof)
            ), announced AS (
                INSERT INTO identity_changes (kind, subject) SELECT 'person', handle FROM proof
            )
            SELECT CASE WHEN EXISTS (SELECT FROM proof) THEN 0 ELSE refuse_claim(\(noProof.rawValue)) END
            """
        case .openHandle:
            """
            WITH proof AS (
                SELECT h.handle FROM handles AS h
                WHERE h.handle = \(handle) AND \(unescaped: PostgresKeyStore.condition(.name))
            )
            SELECT CASE WHEN EXISTS (SELECT FROM proof) THEN 0 ELSE refuse_claim(\(noProof.rawValue)) END
            """
        }
    }
}
