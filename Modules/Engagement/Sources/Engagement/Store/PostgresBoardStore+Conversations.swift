import Kernel
import Postgres

extension PostgresBoardStore: BoardConversations {
    /// Different reactions that an entry may have, so that its row stays small.
    static let reactionKinds = 32

    func edit(
        _ entry: BoardEntry,
        content: String?,
        tags: [String]?,
        at time: PostgresTimestamp,
        through writer: any RequestWriter
    ) async throws {
        var batch: [PostgresQuery] = [
            """
            UPDATE board_entries
            SET content = COALESCE(\(content), content), tags = COALESCE(\(tags), tags), edited_at = \(time)
            WHERE id = \(entry.id) AND author = \(entry.author) AND verified
            """
        ]
        if let tags {
            batch.append("DELETE FROM board_tags WHERE entry_id = \(entry.id)")
            batch += Self.tagging(entry.id, tags)
        }
        _ = try await writer.write(batch)
    }

    func delete(_ id: String, of author: String, through writer: any RequestWriter) async throws {
        _ = try await writer.write([
            """
            WITH gone AS (
                DELETE FROM board_entries
                WHERE id = \(id) AND author = \(author)
                RETURNING author, category, verified
            )
            UPDATE board_authors
            SET posts = GREATEST(posts - 1, 0),
                ships = GREATEST(ships - CASE WHEN gone.category = ANY (\(Category.ships)) THEN 1 ELSE 0 END, 0)
            FROM gone
            WHERE gone.verified AND board_authors.author = gone.author
            """
        ])
    }

    func react(
        _ reaction: String,
        to id: String,
        by handle: String,
        at time: PostgresTimestamp,
        through writer: any RequestWriter
    ) async throws -> BoardReactions? {
        let results = try await writer.write([
            Self.lock(id),
            """
            WITH added AS (
                INSERT INTO board_reactions (entry_id, handle, reaction, created_at)
                SELECT id, \(handle), \(reaction), \(time)
                FROM board_entries
                WHERE id = \(id)
                    AND (
                        reactions ? \(reaction)
                        OR (SELECT count(*) FROM jsonb_object_keys(reactions)) < \(Self.reactionKinds)
                    )
                ON CONFLICT (entry_id, handle, reaction) DO NOTHING
                RETURNING 1
            )
            UPDATE board_entries
            SET reactions = jsonb_set(
                reactions, ARRAY[\(reaction)], to_jsonb(COALESCE((reactions ->> \(reaction))::integer, 0) + 1)
            )
            WHERE id = \(id) AND EXISTS (SELECT FROM added)
            """,
            Self.reactions(id, handle),
        ])
        return try Self.reactions(results[2])
    }

    func unreact(
        _ reaction: String,
        to id: String,
        by handle: String,
        through writer: any RequestWriter
    ) async throws -> BoardReactions? {
        let results = try await writer.write([
            Self.lock(id),
            """
            WITH removed AS (
                DELETE FROM board_reactions
                WHERE entry_id = \(id) AND handle = \(handle) AND reaction = \(reaction)
                RETURNING 1
            )
            UPDATE board_entries
            SET reactions = CASE
                WHEN (reactions ->> \(reaction))::integer > 1 THEN
                    jsonb_set(reactions, ARRAY[\(reaction)], to_jsonb((reactions ->> \(reaction))::integer - 1))
                ELSE reactions - \(reaction)
            END
            WHERE id = \(id) AND EXISTS (SELECT FROM removed)
            """,
            Self.reactions(id, handle),
        ])
        return try Self.reactions(results[2])
    }

    func comment(_ comment: BoardComment, through writer: any RequestWriter) async throws -> Bool {
        do {
            _ = try await writer.write([
                "UPDATE board_entries SET comment_count = comment_count + 1 WHERE id = \(comment.entry)",
                """
                INSERT INTO board_comments (id, entry_id, author, content, created_at)
                VALUES (
                    \(comment.id), \(comment.entry), \(comment.author), \(comment.content), \(comment.createdAt)
                )
                """,
            ])
            return true
        } catch let error as PostgresError where error.sqlState == .foreignKeyViolation {
            return false
        }
    }

    func comments(
        of id: String,
        hiding: [String],
        after: ListPosition,
        limit: Int
    ) async throws -> Page<BoardComment> {
        let query = BoardQueries.comments(of: id, hiding: hiding, after: after, limit: limit + 1)
        return Page(try await database.read(query).map(Self.comment), limit: limit, position: \.position)
    }

    func deleteComment(
        _ comment: String,
        of id: String,
        by handle: String,
        through writer: any RequestWriter
    ) async throws -> Bool {
        let results = try await writer.write([
            Self.lock(id),
            """
            WITH gone AS (
                DELETE FROM board_comments
                WHERE id = \(comment) AND entry_id = \(id)
                    AND (
                        author = \(handle)
                        OR EXISTS (
                            SELECT FROM board_entries WHERE id = \(id) AND author = \(handle) AND verified
                        )
                    )
                RETURNING entry_id
            )
            UPDATE board_entries
            SET comment_count = GREATEST(comment_count - 1, 0)
            FROM gone
            WHERE id = gone.entry_id
            RETURNING id
            """,
        ])
        return results[1].first != nil
    }

    /// Whoever changes an entry's parts locks the entry first, so that nobody waits in a circle and counts stay true.
    private static func lock(_ id: String) -> PostgresQuery {
        "SELECT FROM board_entries WHERE id = \(id) FOR NO KEY UPDATE"
    }

    private static func reactions(_ id: String, _ handle: String) -> PostgresQuery {
        """
        SELECT reactions::text, ARRAY(
            SELECT reaction
            FROM board_reactions
            WHERE entry_id = \(id) AND handle = \(handle)
            ORDER BY created_at, reaction
        )
        FROM board_entries
        WHERE id = \(id)
        """
    }

    private static func reactions(_ rows: PostgresRows) throws -> BoardReactions? {
        try rows.first.map { BoardReactions(counts: $0.string(0), own: try $0.decode([String].self, 1)) }
    }
}
