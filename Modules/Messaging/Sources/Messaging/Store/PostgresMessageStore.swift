import Kernel
import Postgres

/// Messages in Postgres.
struct PostgresMessageStore: Sendable {
    let database: PostgresClient
}

// Lists fetch one row more than asked for, which tells whether they go on.

extension PostgresMessageStore: MessageStore {
    func message(_ id: String) async throws -> MessageRow? {
        try await database.read(MessageQueries.message(id)).first.map { MessageRow(row: $0) }
    }

    func thread(of one: String, with other: String, before: ListPosition, limit: Int) async throws -> MessageList {
        let query = MessageQueries.thread(of: one, with: other, before: before, limit: limit + 1)
        return MessageList(try await database.read(query), limit: limit)
    }

    func inbox(of owner: String, _ filter: InboxFilter, before: ListPosition, limit: Int) async throws -> MessageList {
        let query = MessageQueries.inbox(of: owner, filter, before: before, limit: limit + 1)
        return MessageList(try await database.read(query), limit: limit)
    }

    func sent(by owner: String, before: ListPosition, limit: Int) async throws -> MessageList {
        let query = MessageQueries.sent(by: owner, before: before, limit: limit + 1)
        return MessageList(try await database.read(query), limit: limit)
    }

    func threads(of owner: String, hiding: [String], after: ListPosition, limit: Int) async throws -> ThreadList {
        let query = MessageQueries.threads(of: owner, hiding: hiding, after: after, limit: limit + 1)
        return ThreadList(try await database.read(query), limit: limit)
    }

    func unreadTotal(of owner: String, hiding: [String]) async throws -> Int64 {
        try await database.read(MessageQueries.unreadTotal(of: owner, hiding: hiding)).first?.int64(0) ?? 0
    }
}

extension PostgresMessageStore: PollStore {
    func unpolled(of owner: String, session: String, hiding: [String], limit: Int) async throws -> MessageList {
        let query = MessageQueries.unpolled(of: owner, session: session, hiding: hiding, limit: limit)
        return MessageList(try await database.read(query), limit: limit)
    }

    func received(by owner: String, since time: PostgresTimestamp, hiding: [String], limit: Int) async throws
        -> MessageList
    {
        let query = MessageQueries.received(by: owner, since: time, hiding: hiding, limit: limit)
        return MessageList(try await database.read(query), limit: limit)
    }
}

extension PostgresMessageStore {
    /// How many messages were ever stored. Exact but for what was tried and refused as a duplicate, and up to 32 more
    /// after a crash of the database: a sequence counts them, so that neither a send nor this has to.
    func messageCount() async throws -> Int64 {
        let rows = try await database.read(
            "SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM messages_ordinal_seq"
        )
        return rows.first?.int64(0) ?? 0
    }
}
