import Kernel
import Postgres

/// Who is typing to whom.
protocol TypingStore: Sendable {
    /// - Throws: 401 when there is no such sender any more. To a recipient who is gone, nothing is written.
    func type(from sender: String, to recipient: String, until: PostgresTimestamp) async throws

    /// The folded handles of those who are typing to somebody.
    func typing(to recipient: String, at now: PostgresTimestamp) async throws -> [String]

    func removeEnded(before: PostgresTimestamp) async throws
}

struct PostgresTypingStore: TypingStore {
    let database: PostgresClient

    func type(from sender: String, to recipient: String, until: PostgresTimestamp) async throws {
        do {
            _ = try await database.write(
                """
                INSERT INTO typing (recipient, sender, until)
                VALUES (\(recipient), \(sender), \(until))
                ON CONFLICT (recipient, sender) DO UPDATE SET until = EXCLUDED.until
                """
            )
        } catch let error as PostgresError where error.sqlState == .foreignKeyViolation {
            if error.constraint == "typing_sender_fkey" { throw APIError.unauthenticated() }
        }
    }

    func typing(to recipient: String, at now: PostgresTimestamp) async throws -> [String] {
        try await database.read(Self.typing(to: recipient, at: now)).map { $0.string(0) }
    }

    func removeEnded(before: PostgresTimestamp) async throws {
        _ = try await database.write("DELETE FROM typing WHERE until < \(before)")
    }

    static func typing(to recipient: String, at now: PostgresTimestamp) -> PostgresQuery {
        """
        SELECT sender FROM typing
        WHERE recipient = \(recipient) AND until > \(now)
        ORDER BY sender
        LIMIT 100
        """
    }
}
