import JSONText
import Postgres

/// Full-text search in one's own messages. An extension: only Postgres does it.
protocol SearchStore: Sendable {
    /// What matches, newest first.
    func search(_ search: MessageSearch) async throws -> FoundMessages
}

/// What somebody looks for in their messages.
struct MessageSearch: Sendable {
    /// All words of it must occur.
    let text: String
    let owner: String
    /// Only messages to and from this person, if it is set.
    let peer: String?
    /// Whose messages are left out.
    let hiding: [String]
    /// Exclusive.
    let before: ListPosition
    let limit: Int

    /// UTF-16 units of the text that is looked for.
    static let textLimit = 200
}

/// One page of what was found.
///
/// A page may be shorter than asked for while the list goes on: a message whose words match is looked at once more, for it
/// may be withheld.
struct FoundMessages: Sendable {
    let messages: [MessageRow]
    /// Where the list goes on; `nil` at its end.
    let next: ListPosition?
}

extension PostgresMessageStore: SearchStore {
    func search(_ search: MessageSearch) async throws -> FoundMessages {
        let rows = try await database.read(Self.finding(search))
        let page = rows.prefix(search.limit)
        let next = rows.count > search.limit ? page.last : nil
        return FoundMessages(
            messages: page.filter { !$0.isNull(0) }.map { MessageRow(row: $0) },
            next: try next.map { row in
                ListPosition(
                    time: try row.decode(PostgresTimestamp.self, "found_at"),
                    name: try row.decode(String.self, "found_id")
                )
            }
        )
    }

    /// The words are made a condition by a query of its own, of whose result the planner knows nothing: it then always uses
    /// the index, where an estimate from the words could prefer to read everything.
    static func finding(_ search: MessageSearch) -> PostgresQuery {
        let people = [search.owner] + (search.peer.map { [$0] } ?? [])
        // Of a thread with oneself the index knows one person only.
        let isWithSelf = search.peer == search.owner
        return """
            SELECT message.*, found.message_id AS found_id, found.created_at AS found_at
            FROM (
                SELECT message_id, created_at
                FROM message_search
                WHERE terms @@ (SELECT message_query(\(search.text), \(people), \(search.hiding)))
                    AND (created_at, message_id) < (\(search.before.time), \(search.before.name))
                ORDER BY created_at DESC, message_id DESC
                LIMIT \(search.limit + 1)
            ) AS found
            LEFT JOIN LATERAL (
                SELECT \(unescaped: MessageRow.columnsWithRecipient)
                FROM messages
                WHERE id = found.message_id
                    AND (from_user = \(search.owner) OR (to_user = \(search.owner) AND NOT withheld))
                    AND (from_user = to_user OR NOT \(isWithSelf))
                    AND message_fold(text) LIKE ALL ((SELECT message_runs(\(search.text)))::text[])
            ) AS message ON true
            ORDER BY found.created_at DESC, found.message_id DESC
            """
    }
}
