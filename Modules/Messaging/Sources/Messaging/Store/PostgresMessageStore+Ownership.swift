import Postgres

/// What every module owes a person: all that it holds about them, and its removal.
extension PostgresMessageStore {
    /// Empties what a person wrote and forgets how far they polled. Their rows stay, so that the other side keeps its
    /// thread; the rename that follows in the same transaction takes the name out of them.
    ///
    /// A thread has a row on either side, so the other sides' rows are found through this side's.
    ///
    /// - Parameter welcome: the welcome message, whose id and text hold the name.
    /// - Parameter replacement: its new id.
    func erase(_ handle: String, welcome: String, replacement: String, in transaction: PostgresTransaction) async throws
    {
        try await transaction.query([
            // Summaries first and in the order of their owners, as everybody locks them.
            """
            SELECT
            FROM message_threads
            WHERE owner = \(handle) OR (owner, peer) IN (SELECT peer, owner FROM message_threads WHERE owner = \(handle))
            ORDER BY owner COLLATE "C", peer COLLATE "C"
            FOR UPDATE
            """,
            """
            UPDATE message_threads
            SET preview = CASE WHEN last_sent OR peer = owner OR last_id = \(welcome) THEN '' ELSE preview END,
                last_id = CASE WHEN last_id = \(welcome) THEN \(replacement) ELSE last_id END
            WHERE owner = \(handle)
            """,
            """
            UPDATE message_threads
            SET preview = CASE WHEN NOT last_sent OR last_id = \(welcome) THEN '' ELSE preview END,
                last_id = CASE WHEN last_id = \(welcome) THEN \(replacement) ELSE last_id END
            WHERE (owner, peer) IN (SELECT peer, owner FROM message_threads WHERE owner = \(handle))
                AND owner <> \(handle)
            """,
            """
            UPDATE messages
            SET text = '', payload = NULL, reply_to = NULL, v = NULL, signature = NULL
            WHERE from_user = \(handle)
            """,
            "UPDATE messages SET id = \(replacement), text = '' WHERE id = \(welcome)",
            "DELETE FROM message_polls WHERE owner = \(handle)",
        ])
    }
}
