import Kernel
import Postgres

/// What polling clients need beyond the core: Postgres alone keeps it.
protocol PollStore: Sendable {
    /// Unread messages that no earlier poll of the session returned, oldest first; none of muted threads.
    func unpolled(of owner: String, session: String, hiding: [String], limit: Int) async throws -> MessageList

    /// Messages to `owner` that came after `time` (exclusive), read or not, oldest first.
    func received(by owner: String, since time: PostgresTimestamp, hiding: [String], limit: Int) async throws
        -> MessageList

    /// Remembers that these messages were given to the session.
    func recordPoll(
        of owner: String,
        session: String,
        returned: [(id: String, at: PostgresTimestamp)],
        now: PostgresTimestamp,
        through writer: any RequestWriter
    ) async throws

    /// Forgets sessions that have not polled since `time`.
    func forgetPolls(before time: PostgresTimestamp) async throws
}
