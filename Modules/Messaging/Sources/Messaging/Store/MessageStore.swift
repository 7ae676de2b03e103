import Kernel
import Postgres

/// Messages and threads: the core, which every store of messages must know (reading, sending, read state).
///
/// What only Postgres can do stands in protocols of its own, such as ``PollStore``. People are folded keys. Lists are
/// flat: what a call costs depends on the rows it returns, not on how long the history is.
protocol MessageStore: Sendable {
    /// Stores a message and brings both sides' summaries up to date, together with `others`: all or nothing, one round
    /// trip.
    ///
    /// - Returns: the message as stored, its time after that of the thread's last message.
    /// - Throws: ``DuplicateMessageID``, ``UnknownPerson``.
    func send(_ message: NewMessage, with others: [PostgresQuery], through writer: any RequestWriter) async throws
        -> MessageRow

    /// The message with this id, whoever it belongs to.
    func message(_ id: String) async throws -> MessageRow?

    /// Messages between two people, newest first: those that `one` may see.
    ///
    /// - Parameter before: exclusive.
    func thread(of one: String, with other: String, before: ListPosition, limit: Int) async throws -> MessageList

    /// What `owner` has received, newest first.
    func inbox(of owner: String, _ filter: InboxFilter, before: ListPosition, limit: Int) async throws -> MessageList

    /// What `owner` has sent, newest first.
    func sent(by owner: String, before: ListPosition, limit: Int) async throws -> MessageList

    /// The threads of `owner`, the latest first.
    func threads(of owner: String, hiding: [String], after: ListPosition, limit: Int) async throws -> ThreadList

    /// How many unread messages `owner` has, muted threads not counted.
    func unreadTotal(of owner: String, hiding: [String]) async throws -> Int64

    /// Marks messages to `owner` as read; those that are read already keep their time.
    ///
    /// - Parameter peers: whom the messages come from.
    func markRead(
        _ ids: [String],
        from peers: [String],
        by owner: String,
        at time: PostgresTimestamp,
        through writer: any RequestWriter
    ) async throws
}

/// Which received messages are wanted.
struct InboxFilter: Sendable {
    var unreadOnly = false
    /// Whose messages are left out.
    var hiding: [String] = []
}

/// A place in a list sorted by time, and by name among equals.
struct ListPosition: Sendable, Hashable {
    let time: PostgresTimestamp
    let name: String

    /// Before everything in a list that starts with the latest.
    static let start = ListPosition(time: .infinity, name: "")
}
