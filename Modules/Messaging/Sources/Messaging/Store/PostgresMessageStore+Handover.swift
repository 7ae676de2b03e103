import Postgres

/// What of a mailbox that filled before its name was claimed goes to whoever claims it.
extension PostgresMessageStore {
    /// Days that messages wait for the claim of a name (design, section 6).
    static let waitingDays: Int64 = 90

    /// Keeps messages to a newly claimed name that are older than `time` from its owner. Their senders still see them.
    ///
    /// To be run in the transaction of the claim: the first token already reads a mailbox without them.
    static func withholding(from owner: String, before time: PostgresTimestamp) -> [PostgresQuery] {
        [
            // Summaries first, in the order in which everybody locks them.
            """
            SELECT
            FROM message_threads
            WHERE owner = \(owner)
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
