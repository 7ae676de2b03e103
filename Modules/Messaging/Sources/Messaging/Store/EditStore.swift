import Kernel
import Postgres

/// Changing and taking back what one has sent. An extension: only Postgres does it.
protocol EditStore: Sendable {
    /// Gives a message of `author` another text, keeps the present one, and brings the summaries up to date.
    ///
    /// Without effect on a deleted message, for the present text, and after ``MessageEdit/limit`` edits. The signature goes: it
    /// is of the text as first sent.
    ///
    /// - Returns: the message as it is now, `nil` when there is none with this id.
    func edit(
        _ message: MessageRow,
        by author: String,
        text: String,
        at time: PostgresTimestamp,
        through writer: any RequestWriter
    ) async throws -> MessageRow?

    /// Leaves a tombstone of a message of `author`: no text, no payload, no reactions, no earlier texts. It waits for
    /// nobody, so it counts as read.
    func delete(
        _ message: MessageRow,
        by author: String,
        at time: PostgresTimestamp,
        through writer: any RequestWriter
    ) async throws -> MessageRow?

    /// The texts that edits have replaced, the first one first.
    func edits(of id: String) async throws -> [MessageEdit]
}

/// A text that an edit has replaced.
struct MessageEdit: Sendable {
    let text: String?
    let writtenAt: PostgresTimestamp
    let replacedAt: PostgresTimestamp

    /// How often a message may be edited.
    static let limit = 100
}

extension PostgresMessageStore: EditStore {
    func edit(
        _ message: MessageRow,
        by author: String,
        text: String,
        at time: PostgresTimestamp,
        through writer: any RequestWriter
    ) async throws -> MessageRow? {
        let results = try await writer.write([
            Self.lockingSummaries(of: message),
            """
            WITH old AS (
                SELECT id, text, COALESCE(edited_at, created_at) AS written_at, (
                    SELECT count(*) FROM message_edits WHERE message_id = messages.id
                ) AS edits
                FROM messages
                WHERE id = \(message.id) AND from_user = \(author) AND deleted_at IS NULL
                    AND text IS DISTINCT FROM \(text)
            ), kept AS (
                INSERT INTO message_edits (message_id, number, text, written_at, replaced_at)
                SELECT id, edits + 1, text, written_at, GREATEST(\(time), written_at)
                FROM old
                WHERE edits < \(MessageEdit.limit)
                RETURNING message_id, replaced_at
            )
            UPDATE messages
            SET text = \(text), edited_at = kept.replaced_at, v = NULL, signature = NULL, signature_state = NULL
            FROM kept
            WHERE id = kept.message_id
            """,
            """
            UPDATE message_threads
            SET preview = \(Preview.make(text))
            WHERE (owner, peer) IN ((\(message.from), \(message.to)), (\(message.to), \(message.from)))
                AND last_id = (
                    SELECT id FROM messages
                    WHERE id = \(message.id) AND from_user = \(author) AND deleted_at IS NULL AND text = \(text)
                )
            """,
            Self.indexingAnew(message.id),
            MessageQueries.message(message.id),
        ])
        return results.last?.first.map { MessageRow(row: $0) }
    }

    func delete(
        _ message: MessageRow,
        by author: String,
        at time: PostgresTimestamp,
        through writer: any RequestWriter
    ) async throws -> MessageRow? {
        let results = try await writer.write([
            Self.lockingSummaries(of: message),
            """
            WITH old AS (
                SELECT id, from_user, to_user, NOT read AND NOT withheld AS counts
                FROM messages
                WHERE id = \(message.id) AND from_user = \(author) AND deleted_at IS NULL
            ), emptied AS (
                UPDATE messages
                SET text = '', payload = NULL, v = NULL, signature = NULL, signature_state = NULL, edited_at = NULL,
                    sender_reactions = NULL, recipient_reactions = NULL, read = true, deleted_at = \(time)
                WHERE id IN (SELECT id FROM old)
            ), forgotten AS (
                DELETE FROM message_edits WHERE message_id IN (SELECT id FROM old)
            )
            UPDATE message_threads
            SET unread = CASE WHEN owner = old.to_user AND old.counts THEN GREATEST(unread - 1, 0) ELSE unread END,
                preview = CASE WHEN last_id = old.id THEN '' ELSE preview END
            FROM old
            WHERE (owner, peer) IN ((old.from_user, old.to_user), (old.to_user, old.from_user))
            """,
            Self.indexingAnew(message.id),
            MessageQueries.message(message.id),
        ])
        return results.last?.first.map { MessageRow(row: $0) }
    }

    func edits(of id: String) async throws -> [MessageEdit] {
        let rows = try await database.read(
            "SELECT text, written_at, replaced_at FROM message_edits WHERE message_id = \(id) ORDER BY number"
        )
        return rows.map { row in
            MessageEdit(
                text: row.isNull(0) ? nil : row.string(0),
                writtenAt: row.timestamp(1),
                replacedAt: row.timestamp(2)
            )
        }
    }

    /// Both sides' summaries, in the order in which everybody locks them: who sends, reads, edits and deletes in a thread
    /// does so one after the other, and the next statement sees what the last one did.
    private static func lockingSummaries(of message: MessageRow) -> PostgresQuery {
        """
        SELECT
        FROM message_threads
        WHERE (owner, peer) IN ((\(message.from), \(message.to)), (\(message.to), \(message.from)))
        ORDER BY owner COLLATE "C", peer COLLATE "C"
        FOR NO KEY UPDATE
        """
    }
}
