import Cutover
import Postgres

/// The rows of messages of the old store.
///
/// A row that is there keeps its texts, sides and time. It becomes read if the old store says so, at the earliest time known,
/// and gets a payload, version and signature where it has none; nothing of that once its author edited it or took it back.
enum OldMessageStatements {
    /// Id, sides, text, and whether the author changed the message since.
    static func existing(_ ids: [String]) -> PostgresQuery {
        """
        SELECT id, from_user, to_user, text, edited_at IS NOT NULL OR deleted_at IS NOT NULL
        FROM messages
        WHERE id = ANY (\(ids))
        """
    }

    /// Answers with a row for each that was written: whether it is new.
    ///
    /// To a name that nobody has claimed, imported messages are withheld: they are not handed over (design, section 6).
    static func upsert(_ messages: [OldMessage]) -> PostgresQuery {
        """
        INSERT INTO messages AS m (
            id, from_user, to_user, text, payload, created_at, read, read_at, system_msg, type, v, signature,
            signature_state, withheld
        )
        SELECT
            old.id, sender, recipient, content, payload::json, at, is_read, read_at, is_system, type, version, signature,
            CASE WHEN old.verified THEN 'verified' END, h.kind = 'placeholder'
        FROM unnest(
            \(messages.map(\.id)), \(messages.map(\.from.key)), \(messages.map(\.to.key)), \(messages.map(\.text)),
            \(messages.map(\.payload)),
            \(messages.map { $0.at.map { PostgresTimestamp(microseconds: $0) } ?? PeopleStatements.unknownTime }),
            \(messages.map(\.isRead)), \(messages.map { $0.readAt.map { PostgresTimestamp(microseconds: $0) } }),
            \(messages.map(\.isSystem)), \(messages.map(\.type)), \(messages.map(\.version)),
            \(messages.map(\.signature)), \(messages.map(\.isVerified))
        ) AS old (
            id, sender, recipient, content, payload, at, is_read, read_at, is_system, type, version, signature, verified
        )
        JOIN handles AS h ON h.handle = old.recipient
        ORDER BY at, old.id COLLATE "C"
        ON CONFLICT (id) DO UPDATE SET
            read = m.read OR EXCLUDED.read,
            read_at = LEAST(m.read_at, EXCLUDED.read_at),
            payload = COALESCE(m.payload, EXCLUDED.payload),
            v = COALESCE(m.v, EXCLUDED.v),
            signature = COALESCE(m.signature, EXCLUDED.signature),
            signature_state = COALESCE(m.signature_state, EXCLUDED.signature_state),
            system_msg = m.system_msg OR EXCLUDED.system_msg,
            -- The recipient turned out to have traces: the handle, and so its messages, are theirs to claim.
            withheld = m.withheld
                AND NOT EXISTS (SELECT FROM handles AS h WHERE h.handle = m.to_user AND h.carried_over)
        WHERE m.edited_at IS NULL AND m.deleted_at IS NULL
            AND (m.from_user, m.to_user) = (EXCLUDED.from_user, EXCLUDED.to_user)
            AND (
                (EXCLUDED.read AND NOT m.read)
                OR EXCLUDED.read_at < COALESCE(m.read_at, 'infinity')
                OR (m.payload IS NULL AND EXCLUDED.payload IS NOT NULL)
                OR (m.v IS NULL AND EXCLUDED.v IS NOT NULL)
                OR (m.signature IS NULL AND EXCLUDED.signature IS NOT NULL)
                OR (m.signature_state IS NULL AND EXCLUDED.signature_state IS NOT NULL)
                OR (EXCLUDED.system_msg AND NOT m.system_msg)
                OR (
                    m.withheld AND EXISTS (SELECT FROM handles AS h WHERE h.handle = m.to_user AND h.carried_over)
                )
            )
        RETURNING xmax = 0
        """
    }

    /// Both sides' summaries of the threads that these messages are in, made anew from all their messages. Locked first and
    /// in the order of sends, so that a send that waits for one counts on from what stands there then.
    static func summaries(_ messages: [OldMessage]) -> [PostgresQuery] {
        let pairs = Set(messages.flatMap { [[$0.from.key, $0.to.key], [$0.to.key, $0.from.key]] })
        let (owners, peers) = (pairs.map { $0[0] }, pairs.map { $0[1] })
        return [
            """
            SELECT
            FROM message_threads
            WHERE (owner, peer) IN (SELECT * FROM unnest(\(owners), \(peers)))
            ORDER BY owner COLLATE "C", peer COLLATE "C"
            FOR NO KEY UPDATE
            """,
            """
            INSERT INTO message_threads AS t (owner, peer, last_id, last_at, last_sent, preview, unread)
            SELECT
                side.owner, side.peer, last.id, last.created_at,
                last.from_user = side.owner AND side.owner <> side.peer,
                -- At most 200 UTF-16 units: characters beyond the first plane take two.
                left(last.text, CASE WHEN last.text ~ '[\\U00010000-\\U0010FFFF]' THEN 100 ELSE 200 END),
                (
                    SELECT count(*)
                    FROM messages AS m
                    WHERE m.to_user = side.owner AND m.from_user = side.peer AND NOT m.read AND NOT m.withheld
                )
            FROM unnest(\(owners), \(peers)) AS side (owner, peer)
            CROSS JOIN LATERAL (
                SELECT m.id, m.created_at, m.from_user, COALESCE(m.text, '') AS text
                FROM messages AS m
                WHERE LEAST(m.from_user, m.to_user) = LEAST(side.owner, side.peer)
                    AND GREATEST(m.from_user, m.to_user) = GREATEST(side.owner, side.peer)
                    AND (NOT m.withheld OR m.from_user = side.owner)
                ORDER BY m.created_at DESC, m.id DESC
                LIMIT 1
            ) AS last
            ORDER BY side.owner COLLATE "C", side.peer COLLATE "C"
            ON CONFLICT (owner, peer) DO UPDATE SET
                last_id = EXCLUDED.last_id, last_at = EXCLUDED.last_at, last_sent = EXCLUDED.last_sent,
                preview = EXCLUDED.preview, unread = EXCLUDED.unread
            WHERE (t.last_id, t.last_at, t.last_sent, t.preview, t.unread)
                IS DISTINCT FROM (EXCLUDED.last_id, EXCLUDED.last_at, EXCLUDED.last_sent, EXCLUDED.preview, EXCLUDED.unread)
            """,
        ]
    }
}
