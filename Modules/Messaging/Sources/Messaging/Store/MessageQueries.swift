import Postgres

/// The SQL of reading: apart from the store, so that tests can ask the planner about the very same statements.
enum MessageQueries {
    static func message(_ id: String) -> PostgresQuery {
        "SELECT \(unescaped: MessageRow.columnsWithRecipient) FROM messages WHERE id = \(id)"
    }

    static func thread(of one: String, with other: String, before: ListPosition, limit: Int) -> PostgresQuery {
        """
        SELECT \(unescaped: MessageRow.columns)
        FROM messages
        WHERE LEAST(from_user, to_user) = LEAST(\(one), \(other))
            AND GREATEST(from_user, to_user) = GREATEST(\(one), \(other))
            AND (created_at, id) < (\(before.time), \(before.name))
            AND NOT (withheld AND to_user = \(one))
        ORDER BY created_at DESC, id DESC
        LIMIT \(limit)
        """
    }

    static func inbox(of owner: String, _ filter: InboxFilter, before: ListPosition, limit: Int) -> PostgresQuery {
        // A constant in the text rather than a value, so that the partial index of unread messages can serve it.
        let condition = filter.unreadOnly ? "AND NOT read" : ""
        return """
            SELECT \(unescaped: MessageRow.columns)
            FROM messages
            WHERE to_user = \(owner) AND NOT withheld \(unescaped: condition)
                AND from_user <> ALL (\(filter.hiding))
                AND (created_at, id) < (\(before.time), \(before.name))
            ORDER BY created_at DESC, id DESC
            LIMIT \(limit)
            """
    }

    static func sent(by owner: String, before: ListPosition, limit: Int) -> PostgresQuery {
        """
        SELECT \(unescaped: MessageRow.columnsWithRecipient)
        FROM messages
        WHERE from_user = \(owner) AND (created_at, id) < (\(before.time), \(before.name))
        ORDER BY created_at DESC, id DESC
        LIMIT \(limit)
        """
    }

    static func threads(of owner: String, hiding: [String], after: ListPosition, limit: Int) -> PostgresQuery {
        """
        SELECT \(unescaped: ThreadList.columns), (
            SELECT sum(unread)
            FROM message_threads
            WHERE owner = \(owner) AND has_unread AND NOT muted AND peer <> ALL (\(hiding))
        )
        FROM message_threads
        WHERE owner = \(owner)
            AND peer <> ALL (\(hiding))
            AND last_hour <= \(after.time)
            AND last_at <= \(after.time)
            AND (last_at < \(after.time) OR peer > \(after.name))
        ORDER BY last_hour DESC, last_at DESC, peer
        LIMIT \(limit)
        """
    }

    static func unreadTotal(of owner: String, hiding: [String]) -> PostgresQuery {
        """
        SELECT sum(unread)
        FROM message_threads
        WHERE owner = \(owner) AND has_unread AND NOT muted AND peer <> ALL (\(hiding))
        """
    }

    static func unpolled(of owner: String, session: String, hiding: [String], limit: Int) -> PostgresQuery {
        """
        SELECT \(unescaped: MessageRow.columns)
        FROM messages
        WHERE to_user = \(owner)
            AND NOT read
            AND NOT withheld
            AND created_at > COALESCE(
                (SELECT position FROM message_polls WHERE session_id = \(session) AND owner = \(owner)),
                '-infinity'
            )
            AND id <> ALL (COALESCE(
                (SELECT recent_ids FROM message_polls WHERE session_id = \(session) AND owner = \(owner)),
                '{}'
            ))
            AND from_user <> ALL (\(hiding))
            AND from_user <> ALL (ARRAY(SELECT peer FROM message_threads WHERE owner = \(owner) AND muted))
        ORDER BY created_at, id
        LIMIT \(limit)
        """
    }

    static func received(by owner: String, since time: PostgresTimestamp, hiding: [String], limit: Int) -> PostgresQuery
    {
        """
        SELECT \(unescaped: MessageRow.columns)
        FROM messages
        WHERE to_user = \(owner) AND NOT withheld AND created_at > \(time) AND from_user <> ALL (\(hiding))
        ORDER BY created_at, id
        LIMIT \(limit)
        """
    }

    /// One page of what a person sent or received, oldest first. Columns: `id, from_user, to_user, text, payload,
    /// created_at, read, read_at, type, reply_to, edited_at, deleted_at`.
    static func history(of handle: String, _ side: HistorySide, after: ListPosition, limit: Int) -> PostgresQuery {
        let condition = side == .received ? "AND NOT withheld" : ""
        return """
            SELECT id, from_user, to_user, text, payload, created_at, read, read_at, type, reply_to, edited_at, deleted_at
            FROM messages
            WHERE \(unescaped: side.rawValue) = \(handle) \(unescaped: condition)
                AND (created_at, id) > (\(after.time), \(after.name))
            ORDER BY created_at, id
            LIMIT \(limit)
            """
    }
}

/// Which of a person's messages are meant: the column that names them.
enum HistorySide: String, Sendable {
    case sent = "from_user"
    case received = "to_user"
}
