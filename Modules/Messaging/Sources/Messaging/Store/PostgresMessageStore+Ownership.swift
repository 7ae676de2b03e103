import Postgres

/// What every module owes a person: all that it holds about them, and its removal.
extension PostgresMessageStore {
    /// Empties what a person wrote and forgets how far they polled. Their rows stay, so that the other side keeps its
    /// thread; the rename that follows in the same transaction takes the name out of them.
    ///
    /// - Parameter welcome: the welcome message, whose id and text hold the name.
    /// - Parameter replacement: its new id.
    func erase(_ handle: String, welcome: String, replacement: String, in transaction: PostgresTransaction) async throws
    {
        try await transaction.query([
            // Summaries first and in the order of their keys, as everybody locks them.
            """
            SELECT
            FROM message_threads
            WHERE owner = \(handle) OR peer = \(handle)
            ORDER BY owner, peer
            FOR UPDATE
            """,
            """
            UPDATE message_threads
            SET preview = ''
            WHERE (owner = \(handle) AND last_sent) OR (peer = \(handle) AND NOT last_sent)
            """,
            """
            UPDATE message_threads
            SET preview = '', last_id = \(replacement)
            WHERE (owner = \(handle) OR peer = \(handle)) AND last_id = \(welcome)
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
