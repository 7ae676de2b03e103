import Kernel
import Postgres

/// Messages in Postgres. Every statement of the module stands in this type's files.
struct PostgresMessageStore: Sendable {
    let database: PostgresClient
}

extension PostgresMessageStore: MessageStore {
    func message(_ id: String) async throws -> MessageRow? {
        let rows = try await database.read(
            "SELECT \(unescaped: MessageRow.columnsWithRecipient) FROM messages WHERE id = \(id)")
        return rows.first.map { MessageRow(row: $0) }
    }

    func thread(of one: String, with other: String, before: PostgresTimestamp, limit: Int) async throws -> MessageList {
        let rows = try await database.read(
            """
            SELECT \(unescaped: MessageRow.columns)
            FROM messages
            WHERE LEAST(from_user, to_user) = LEAST(\(one), \(other))
                AND GREATEST(from_user, to_user) = GREATEST(\(one), \(other))
                AND created_at < \(before)
            ORDER BY created_at DESC
            LIMIT \(limit + 1)
            """
        )
        return MessageList(rows, limit: limit)
    }

    func inbox(of owner: String, _ filter: InboxFilter, before: ListPosition, limit: Int) async throws -> MessageList {
        // A constant in the text rather than a value, so that the partial index of unread messages can serve it.
        let condition = filter.unreadOnly ? "AND NOT read" : ""
        let rows = try await database.read(
            """
            SELECT \(unescaped: MessageRow.columns)
            FROM messages
            WHERE to_user = \(owner) \(unescaped: condition)
                AND from_user <> ALL (\(filter.hiding))
                AND (created_at, id) < (\(before.time), \(before.name))
            ORDER BY created_at DESC, id DESC
            LIMIT \(limit + 1)
            """
        )
        return MessageList(rows, limit: limit)
    }

    func sent(by owner: String, before: ListPosition, limit: Int) async throws -> MessageList {
        let rows = try await database.read(
            """
            SELECT \(unescaped: MessageRow.columnsWithRecipient)
            FROM messages
            WHERE from_user = \(owner) AND (created_at, id) < (\(before.time), \(before.name))
            ORDER BY created_at DESC, id DESC
            LIMIT \(limit + 1)
            """
        )
        return MessageList(rows, limit: limit)
    }

    func threads(of owner: String, hiding: [String], after: ListPosition?, limit: Int) async throws -> ThreadList {
        let after = after ?? .start
        let rows = try await database.read(
            """
            SELECT \(unescaped: ThreadList.columns), (
                SELECT sum(unread)
                FROM message_threads
                WHERE owner = \(owner) AND unread > 0 AND peer <> ALL (\(hiding))
            )
            FROM message_threads
            WHERE owner = \(owner)
                AND peer <> ALL (\(hiding))
                AND last_at <= \(after.time)
                AND (last_at < \(after.time) OR peer > \(after.name))
            ORDER BY last_at DESC, peer
            LIMIT \(limit + 1)
            """
        )
        return ThreadList(rows, limit: limit)
    }

    func unreadTotal(of owner: String, hiding: [String]) async throws -> Int64 {
        let rows = try await database.read(
            """
            SELECT sum(unread)
            FROM message_threads
            WHERE owner = \(owner) AND unread > 0 AND peer <> ALL (\(hiding))
            """
        )
        return rows.first?.int64(0) ?? 0
    }
}

extension PostgresMessageStore {
    /// How many messages were ever stored. Exact but for what was tried and refused as a duplicate, and up to 32 more
    /// after a crash of the database: a sequence counts them, so that neither a send nor this has to.
    func messageCount() async throws -> Int64 {
        let rows = try await database.read(
            "SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM messages_ordinal_seq")
        return rows.first?.int64(0) ?? 0
    }
}
