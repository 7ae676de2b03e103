import Postgres

/// The statements that use proofs, one for each kind. Each fails with ``noProof``, and ends the transaction that it is
/// part of, unless the proof holds at this moment.
enum ProofStatements {
    /// Of our own, in a class that Postgres leaves to its users.
    static let noProof: SQLState = "VB003"

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
        }
    }
}
