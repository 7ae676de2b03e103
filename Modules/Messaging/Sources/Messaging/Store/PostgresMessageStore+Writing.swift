import Kernel
import Postgres

extension PostgresMessageStore {
    func send(_ message: NewMessage, with others: [PostgresQuery], through writer: any RequestWriter) async throws
        -> MessageRow
    {
        do {
            let results = try await writer.write([Self.insertion(of: message)] + others)
            return try Self.stored(results[0])
        } catch let error as PostgresError {
            throw Self.meaning(of: error)
        }
    }

    /// The same in a transaction that is open already. After an error the transaction can only be rolled back.
    func send(_ message: NewMessage, in transaction: some PostgresExecutor) async throws {
        do {
            _ = try await transaction.query(Self.insertion(of: message))
        } catch let error as PostgresError {
            throw Self.meaning(of: error)
        }
    }

    /// One statement that stores a message.
    ///
    /// It locks the thread's summary rows and takes the later of the clock and the thread's last time plus 1 µs. Nobody
    /// else's rows are locked: any number of people may write to the same person.
    static func insertion(of message: NewMessage) -> PostgresQuery {
        let received = Side(owner: message.to, peer: message.from, sent: false)
        let sent = Side(owner: message.from, peer: message.to, sent: true)
        // Everybody locks in the order of the owners, so that two who write to each other at once cannot wait for one
        // another.
        let (first, second) = sent.owner < received.owner ? (sent, received) : (received, sent)
        return """
            WITH threads AS (
                INSERT INTO message_threads AS thread (owner, peer, last_id, last_at, last_sent, preview, unread)
                SELECT owner, peer, \(message.id), \(message.at), sent, \(message.preview), CASE WHEN sent THEN 0 ELSE 1 END
                FROM (
                    VALUES (\(first.owner), \(first.peer), \(first.sent)), (\(second.owner), \(second.peer), \(second.sent))
                ) AS side (owner, peer, sent)
                WHERE NOT sent OR owner <> peer
                ON CONFLICT (owner, peer) DO UPDATE SET
                    last_id = EXCLUDED.last_id,
                    last_at = GREATEST(EXCLUDED.last_at, thread.last_at + interval '1 microsecond'),
                    last_sent = EXCLUDED.last_sent,
                    preview = EXCLUDED.preview,
                    unread = thread.unread + EXCLUDED.unread
                RETURNING last_at
            )
            INSERT INTO messages (
                id, from_user, to_user, text, payload, created_at, type, reply_to, v, signature, signature_state, system_msg
            )
            SELECT
                \(message.id), \(message.from), \(message.to), \(message.text), \(message.payload), max(last_at),
                \(message.type), \(message.replyTo), \(message.version), \(message.signature),
                \(message.signatureState?.stored), \(message.isSystem)
            FROM threads
            RETURNING \(unescaped: MessageRow.columnsWithRecipient)
            """
    }

    /// One of a thread's two summaries; the only one of a thread with oneself is the received one.
    private struct Side {
        let owner: String
        let peer: String
        let sent: Bool
    }

    private static func stored(_ rows: PostgresRows) throws -> MessageRow {
        guard let row = rows.first else { throw UnknownPerson() }
        return MessageRow(row: row)
    }

    /// What a refused insertion means to the caller.
    private static func meaning(of error: PostgresError) -> any Error {
        switch error.sqlState {
        case .uniqueViolation where error.constraint == "messages_pkey": DuplicateMessageID()
        case .foreignKeyViolation: UnknownPerson()
        default: error
        }
    }

    func markRead(
        _ ids: [String],
        from peers: [String],
        by owner: String,
        at time: PostgresTimestamp,
        through writer: any RequestWriter
    ) async throws {
        _ = try await writer.write(Self.marking(ids, from: peers, by: owner, at: time))
    }

    /// The summaries are locked first, as a send does, and by a statement of their own: the second one then sees what
    /// others did while this one waited, and no message is counted twice. Their order is that of bytes, in which a send
    /// sorts its two, whatever the database's collation is.
    static func marking(
        _ ids: [String],
        from peers: [String],
        by owner: String,
        at time: PostgresTimestamp
    ) -> [PostgresQuery] {
        [
            """
            SELECT
            FROM message_threads
            WHERE owner = \(owner) AND peer = ANY (\(peers))
            ORDER BY owner COLLATE "C", peer COLLATE "C"
            FOR NO KEY UPDATE
            """,
            """
            WITH marked AS (
                UPDATE messages
                SET read = true, read_at = \(time)
                WHERE id = ANY (\(ids)) AND to_user = \(owner) AND NOT read
                RETURNING from_user
            ), counted AS (
                SELECT from_user, count(*) AS messages
                FROM marked
                GROUP BY from_user
            )
            UPDATE message_threads
            SET unread = GREATEST(unread - counted.messages, 0)
            FROM counted
            WHERE owner = \(owner) AND peer = counted.from_user
            """,
        ]
    }
}
