import Postgres

/// What of a mailbox that filled before its name was claimed goes to whoever claims it.
extension PostgresMessageStore {
    /// Days that messages wait for the claim of a name (design, section 6).
    static let waitingDays: Int64 = 90

    /// Keeps messages to a newly claimed name that are older than `time` from its owner. Their senders still see them.
    ///
    /// To be run in the transaction that also greets the newcomer.
    func withhold(from owner: String, before time: PostgresTimestamp, in transaction: PostgresTransaction) async throws
    {
        try await transaction.query(Self.withholding(from: owner, before: time))
    }

    static func withholding(from owner: String, before time: PostgresTimestamp) -> [PostgresQuery] {
        [
            // Summaries first and in the order of their owners, as everybody locks them; also that of the greeter, whose
            // welcome follows.
            """
            SELECT
            FROM message_threads
            WHERE owner = \(owner) OR (owner = \(SystemSender.greeter) AND peer = \(owner))
            ORDER BY owner COLLATE "C", peer COLLATE "C"
            FOR UPDATE
            """,
            """
            WITH kept AS (
                UPDATE messages
                SET withheld = true
                WHERE to_user = \(owner) AND created_at < \(time) AND NOT withheld
                RETURNING from_user, read
            ), counted AS (
                SELECT from_user, count(*) FILTER (WHERE NOT read) AS unread
                FROM kept
                GROUP BY from_user
            )
            UPDATE message_threads
            SET unread = GREATEST(message_threads.unread - counted.unread, 0)
            FROM counted
            WHERE owner = \(owner) AND peer = counted.from_user
            """,
            // The preview of a thread whose last message is withheld would show it.
            "DELETE FROM message_threads WHERE owner = \(owner) AND last_at < \(time) AND (NOT last_sent OR peer = owner)",
        ]
    }
}
