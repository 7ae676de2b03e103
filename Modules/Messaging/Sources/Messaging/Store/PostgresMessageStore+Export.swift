import JSONText
import Postgres

extension PostgresMessageStore {
    /// What a person keeps beside their messages, for the export of their account: earlier texts, reactions, memories,
    /// muted threads. An array each.
    func exportExtensions(of handle: String) async throws -> [(String, JSON)] {
        let rows = try await database.read(
            """
            SELECT
                (
                    SELECT json_agg(json_build_object(
                        'message_id', message_id, 'text', edit.text, 'written_at', written_at, 'replaced_at', replaced_at
                    ) ORDER BY written_at)
                    FROM message_edits AS edit
                    JOIN messages ON messages.id = message_id
                    WHERE from_user = \(handle)
                ),
                (
                    SELECT json_agg(json_build_object('message_id', id, 'emoji', emoji) ORDER BY created_at, id)
                    FROM (
                        SELECT id, created_at, unnest(sender_reactions) AS emoji
                        FROM messages
                        WHERE from_user = \(handle) AND sender_reactions IS NOT NULL
                        UNION ALL
                        SELECT id, created_at, unnest(recipient_reactions)
                        FROM messages
                        WHERE to_user = \(handle) AND recipient_reactions IS NOT NULL
                    ) AS reactions
                ),
                (
                    SELECT json_agg(json_build_object(
                        'id', id, 'about', about, 'observation', observation, 'created_at', created_at
                    ) ORDER BY created_at, id)
                    FROM memories
                    WHERE owner = \(handle)
                ),
                (SELECT json_agg(peer ORDER BY peer) FROM message_threads WHERE owner = \(handle) AND muted)
            """
        )
        guard let row = rows.first else { return [] }
        return ["edits", "reactions", "memories", "muted"].enumerated().map { column, name in
            (name, row.isNull(column) ? [] : .raw(row.withBytes(column) { Array($0) }))
        }
    }
}
