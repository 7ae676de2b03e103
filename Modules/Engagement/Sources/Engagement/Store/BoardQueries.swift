import Postgres

/// The SQL of reading the board: apart from the store, so that tests can ask the planner about the very same
/// statements.
enum BoardQueries {
    private static let columns = """
        entry.id, entry.author, entry.content, entry.category, entry.tags, entry.created_at, entry.verified,
        entry.edited_at, entry.reactions::text, entry.comment_count
        """

    /// The moment of posting as the indexes by category and author have it (see the migration).
    private static let moment = "(entry.created_at AT TIME ZONE 'UTC')"

    static func entry(_ id: String) -> PostgresQuery {
        "SELECT \(unescaped: columns) FROM board_entries AS entry WHERE entry.id = \(id)"
    }

    /// Each combination walks an index in the order of the list, so that a page costs what it shows.
    static func entries(_ filter: BoardFilter, before: ListPosition, limit: Int) -> PostgresQuery {
        switch (filter.author, filter.tag, filter.category) {
        case (let author?, let tag, let category):
            // A category or a tag of one person is looked for among all their posts: rare to ask for, and few.
            return """
                SELECT \(unescaped: columns)
                FROM board_entries AS entry
                WHERE entry.author = \(author)
                    AND (\(category) IS NULL OR entry.category = \(category))
                    AND (
                        \(tag) IS NULL
                        OR EXISTS (SELECT FROM board_tags WHERE entry_id = entry.id AND tag = \(tag))
                    )
                    AND entry.author <> ALL (\(filter.hiding))
                    AND (\(unescaped: moment), entry.id) <
                        (\(before.time)::timestamptz AT TIME ZONE 'UTC', \(before.id))
                ORDER BY \(unescaped: moment) DESC, entry.id DESC
                LIMIT \(limit)
                """
        case (nil, let tag?, let category?):
            return """
                SELECT \(unescaped: columns)
                FROM board_tags AS tagged
                JOIN board_entries AS entry ON entry.id = tagged.entry_id
                WHERE tagged.tag = \(tag) AND tagged.category = \(category)
                    AND entry.author <> ALL (\(filter.hiding))
                    AND (tagged.created_at, tagged.entry_id) < (\(before.time), \(before.id))
                ORDER BY tagged.created_at DESC, tagged.entry_id DESC
                LIMIT \(limit)
                """
        case (nil, let tag?, nil):
            return """
                SELECT \(unescaped: columns)
                FROM board_tags AS tagged
                JOIN board_entries AS entry ON entry.id = tagged.entry_id
                WHERE tagged.tag = \(tag)
                    AND entry.author <> ALL (\(filter.hiding))
                    AND (tagged.created_at, tagged.entry_id) < (\(before.time), \(before.id))
                ORDER BY tagged.created_at DESC, tagged.entry_id DESC
                LIMIT \(limit)
                """
        case (nil, nil, let category?):
            return """
                SELECT \(unescaped: columns)
                FROM board_entries AS entry
                WHERE entry.category = \(category)
                    AND entry.author <> ALL (\(filter.hiding))
                    AND (\(unescaped: moment), entry.id) <
                        (\(before.time)::timestamptz AT TIME ZONE 'UTC', \(before.id))
                ORDER BY \(unescaped: moment) DESC, entry.id DESC
                LIMIT \(limit)
                """
        case (nil, nil, nil):
            return """
                SELECT \(unescaped: columns)
                FROM board_entries AS entry
                WHERE entry.author <> ALL (\(filter.hiding))
                    AND (entry.created_at, entry.id) < (\(before.time), \(before.id))
                ORDER BY entry.created_at DESC, entry.id DESC
                LIMIT \(limit)
                """
        }
    }

    /// What an author posted with a token, newest first.
    static func own(of author: String, limit: Int) -> PostgresQuery {
        """
        SELECT \(unescaped: columns)
        FROM board_entries AS entry
        WHERE entry.author = \(author) AND entry.verified
        ORDER BY \(unescaped: moment) DESC, entry.id DESC
        LIMIT \(limit)
        """
    }

    /// Everything of an author, oldest first.
    static func history(of author: String, after: ListPosition, limit: Int) -> PostgresQuery {
        """
        SELECT \(unescaped: columns)
        FROM board_entries AS entry
        WHERE entry.author = \(author)
            AND (\(unescaped: moment), entry.id) > (\(after.time)::timestamptz AT TIME ZONE 'UTC', \(after.id))
        ORDER BY \(unescaped: moment), entry.id
        LIMIT \(limit)
        """
    }

    static func comments(of id: String, hiding: [String], after: ListPosition, limit: Int) -> PostgresQuery {
        """
        SELECT id, entry_id, author, content, created_at
        FROM board_comments
        WHERE entry_id = \(id)
            AND author <> ALL (\(hiding))
            AND (created_at, id) > (\(after.time), \(after.id))
        ORDER BY created_at, id
        LIMIT \(limit)
        """
    }

    static func comments(by author: String, after: ListPosition, limit: Int) -> PostgresQuery {
        """
        SELECT id, entry_id, author, content, created_at
        FROM board_comments
        WHERE author = \(author) AND (created_at, id) > (\(after.time), \(after.id))
        ORDER BY created_at, id
        LIMIT \(limit)
        """
    }

    static func figures(of author: String) -> PostgresQuery {
        "SELECT posts, ships FROM board_authors WHERE author = \(author)"
    }

    static let posted: PostgresQuery =
        "SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM board_entries_ordinal_seq"
}
