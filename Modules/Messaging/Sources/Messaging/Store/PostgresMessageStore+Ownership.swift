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
            SET text = '', payload = NULL, reply_to = NULL, v = NULL, signature = NULL, signature_state = NULL,
                sender_reactions = NULL
            WHERE from_user = \(handle)
            """,
            """
            UPDATE messages
            SET recipient_reactions = NULL
            WHERE to_user = \(handle) AND recipient_reactions IS NOT NULL
            """,
            """
            DELETE FROM message_edits WHERE message_id IN (SELECT id FROM messages WHERE from_user = \(handle))
            """,
            // The words of both sides' messages name the handle; they are made anew with the next one. In the order in
            // which the index takes messages in, so that neither waits for the other in turn.
            """
            INSERT INTO message_search (message_id, created_at)
            SELECT id, created_at FROM messages WHERE from_user = \(handle) OR to_user = \(handle) ORDER BY ordinal
            ON CONFLICT (message_id) DO UPDATE SET terms = NULL
            """,
            "UPDATE messages SET id = \(replacement), text = '' WHERE id = \(welcome)",
            "DELETE FROM message_polls WHERE owner = \(handle)",
            "DELETE FROM message_nonces WHERE handle = \(handle)",
            "DELETE FROM memories WHERE owner = \(handle)",
        ])
    }
}
