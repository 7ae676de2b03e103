import Kernel
import Postgres

/// Reactions to messages. An extension: only Postgres keeps them.
protocol ReactionStore: Sendable {
    /// Adds a reaction, unless it is there, the message was deleted, or the side has `limit` of them.
    ///
    /// - Returns: the message as it is now, `nil` when there is none with this id.
    func react(
        _ emoji: Emoji,
        to id: String,
        as side: MessageSide,
        limit: Int,
        through writer: any RequestWriter
    ) async throws -> MessageRow?

    /// Removes a reaction, if it is there.
    func unreact(_ emoji: Emoji, to id: String, as side: MessageSide, through writer: any RequestWriter) async throws
        -> MessageRow?
}

extension PostgresMessageStore: ReactionStore {
    func react(
        _ emoji: Emoji,
        to id: String,
        as side: MessageSide,
        limit: Int,
        through writer: any RequestWriter
    ) async throws -> MessageRow? {
        // A column's name cannot be a value.
        let column = side.reactions
        let results = try await writer.write([
            """
            UPDATE messages
            SET \(unescaped: column) = array_append(\(unescaped: column), \(emoji.text))
            WHERE id = \(id)
                AND deleted_at IS NULL
                AND \(emoji.text) <> ALL (COALESCE(\(unescaped: column), '{}'))
                AND COALESCE(cardinality(\(unescaped: column)), 0) < \(limit)
            """,
            MessageQueries.message(id),
        ])
        return results[1].first.map { MessageRow(row: $0) }
    }

    func unreact(_ emoji: Emoji, to id: String, as side: MessageSide, through writer: any RequestWriter) async throws
        -> MessageRow?
    {
        let column = side.reactions
        let results = try await writer.write([
            """
            UPDATE messages
            SET \(unescaped: column) = NULLIF(array_remove(\(unescaped: column), \(emoji.text)), '{}')
            WHERE id = \(id) AND \(emoji.text) = ANY (\(unescaped: column))
            """,
            MessageQueries.message(id),
        ])
        return results[1].first.map { MessageRow(row: $0) }
    }
}
