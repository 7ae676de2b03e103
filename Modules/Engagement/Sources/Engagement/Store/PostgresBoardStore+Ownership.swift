import Postgres

/// What every module owes a person: all that it holds about them, and its removal.
extension PostgresBoardStore {
    /// Rows fetched at a time.
    private static let page = 1_000

    func history(of handle: String) async throws -> BoardHistory {
        var history = BoardHistory()
        var position = ListPosition.oldest
        while true {
            let rows = try await database.read(BoardQueries.history(of: handle, after: position, limit: Self.page))
            history.posts += try rows.map(Self.entry)
            guard rows.count == Self.page, let last = history.posts.last else { break }
            position = last.position
        }
        position = .oldest
        while true {
            let rows = try await database.read(BoardQueries.comments(by: handle, after: position, limit: Self.page))
            history.comments += rows.map(Self.comment)
            guard rows.count == Self.page, let last = history.comments.last else { break }
            position = last.position
        }
        history.reactions = try await database.read(
            """
            SELECT entry_id, reaction, created_at
            FROM board_reactions
            WHERE handle = \(handle)
            ORDER BY created_at, entry_id, reaction
            """
        ).map { ($0.string(0), $0.string(1), $0.timestamp(2)) }
        return history
    }

    /// A person's posts go with all that was said to them, and so do posts that others wrote under their name. Their
    /// comments and reactions go from the posts of others, whose counts follow.
    func erase(_ handle: String, in transaction: PostgresTransaction) async throws {
        try await transaction.query([
            // Entries first and in the order of their ids, as whoever changes one locks it before its parts.
            """
            SELECT
            FROM board_entries
            WHERE id IN (
                SELECT id FROM board_entries WHERE author = \(handle)
                UNION
                SELECT entry_id FROM board_reactions WHERE handle = \(handle)
                UNION
                SELECT entry_id FROM board_comments WHERE author = \(handle)
            )
            ORDER BY id COLLATE "C"
            FOR UPDATE
            """,
            "DELETE FROM board_entries WHERE author = \(handle)",
            """
            UPDATE board_entries SET reactions = (
                SELECT COALESCE(jsonb_object_agg(left_over.reaction, left_over.times), '{}')
                FROM (
                    SELECT reaction, count(*) AS times
                    FROM board_reactions
                    WHERE entry_id = board_entries.id AND handle <> \(handle)
                    GROUP BY reaction
                ) AS left_over
            )
            WHERE id IN (SELECT entry_id FROM board_reactions WHERE handle = \(handle))
            """,
            "DELETE FROM board_reactions WHERE handle = \(handle)",
            """
            UPDATE board_entries SET comment_count = GREATEST(comment_count - gone.comments, 0)
            FROM (
                SELECT entry_id, count(*) AS comments
                FROM board_comments
                WHERE author = \(handle)
                GROUP BY entry_id
            ) AS gone
            WHERE id = gone.entry_id
            """,
            "DELETE FROM board_comments WHERE author = \(handle)",
            "DELETE FROM board_authors WHERE author = \(handle)",
        ])
    }
}
