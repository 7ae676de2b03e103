import Kernel
import Postgres

/// A link that was e-mailed.
struct EmailLink: Sendable {
    /// SHA-256 of its code.
    let code: [UInt8]
    let address: MailAddress
    /// The handle that the address is to be linked to, by its owner; `nil` for signing in.
    let linking: String?
    let requested: String?
    let redirect: String?
    let expiresAt: PostgresTimestamp

    /// How long it works, in microseconds: half an hour.
    static let lifetime: Int64 = 1_800 * 1_000_000
}

/// E-mailed links and the addresses that they proved.
protocol EmailLinkStore: Sendable {
    /// Stores a link and the mail that tells of it. Does the same for every address, known or not.
    func add(_ link: EmailLink, _ mail: Mail, writer: any RequestWriter) async throws

    /// The link with this code, if it still works, and the handle that its address owns.
    func link(code: [UInt8], at now: PostgresTimestamp) async throws -> (link: EmailLink, owned: String?)?

    /// Uses a link to give the handle that it names its address, instead of the one it had.
    ///
    /// - Parameter notice: what is sent to the address that it had.
    /// - Throws: a `PostgresError` with `ProofStatements.noProof` when the link does not work, with a unique violation when
    ///   the address is somebody else's.
    func setAddress(
        by link: EmailLink,
        of handle: String,
        audit: PostgresQuery,
        notice: (MailAddress) -> Mail,
        at now: PostgresTimestamp,
        writer: any RequestWriter
    ) async throws
}

/// The statements that use up links.
enum EmailLinkStatements {
    static func use(
        _ code: [UInt8],
        of address: MailAddress,
        linking: String?,
        at now: PostgresTimestamp
    ) -> PostgresQuery {
        """
        WITH proof AS (
            UPDATE email_links SET used_at = \(now)
            WHERE code_hash = \(code) AND address = \(address.text) AND linking IS NOT DISTINCT FROM \(linking)
                AND used_at IS NULL AND expires_at > \(now)
            RETURNING code_hash
        )
        SELECT CASE
            WHEN EXISTS (SELECT FROM proof) THEN 0
            ELSE refuse_claim(\(ProofStatements.noProof.rawValue))
        END
        """
    }
}

struct PostgresEmailLinkStore: EmailLinkStore {
    let database: PostgresClient

    func add(_ link: EmailLink, _ mail: Mail, writer: any RequestWriter) async throws {
        _ = try await writer.write([
            """
            INSERT INTO email_links (code_hash, address, linking, requested, redirect, expires_at)
            VALUES (
                \(link.code), \(link.address.text), \(link.linking), \(link.requested), \(link.redirect),
                \(link.expiresAt)
            )
            """,
            PostgresMailStore.queue(mail),
        ])
    }

    func link(code: [UInt8], at now: PostgresTimestamp) async throws -> (link: EmailLink, owned: String?)? {
        let rows = try await database.read(
            """
            SELECT l.address, l.linking, l.requested, l.redirect, l.expires_at, a.handle
            FROM email_links AS l
            LEFT JOIN email_addresses AS a ON a.address = l.address
            WHERE l.code_hash = \(code) AND l.used_at IS NULL AND l.expires_at > \(now)
            """
        )
        guard let row = rows.first, let address = MailAddress(row.string(0)) else { return nil }
        func text(_ column: Int) -> String? { row.isNull(column) ? nil : row.string(column) }
        let link = EmailLink(
            code: code,
            address: address,
            linking: text(1),
            requested: text(2),
            redirect: text(3),
            expiresAt: row.timestamp(4)
        )
        return (link, text(5))
    }

    func setAddress(
        by link: EmailLink,
        of handle: String,
        audit: PostgresQuery,
        notice: (MailAddress) -> Mail,
        at now: PostgresTimestamp,
        writer: any RequestWriter
    ) async throws {
        let rows = try await database.read("SELECT address FROM email_addresses WHERE handle = \(handle)")
        let old = rows.first.flatMap { MailAddress($0.string(0)) }
        var notices: [PostgresQuery] = []
        if let old, old != link.address { notices = [PostgresMailStore.queue(notice(old))] }
        _ = try await writer.write(
            [
                EmailLinkStatements.use(link.code, of: link.address, linking: handle, at: now),
                """
                INSERT INTO email_addresses (address, handle, confirmed_at)
                VALUES (\(link.address.text), \(handle), \(now))
                ON CONFLICT (handle) DO UPDATE SET
                    address = EXCLUDED.address, confirmed_at = EXCLUDED.confirmed_at
                """,
                audit,
            ] + notices
        )
    }
}
