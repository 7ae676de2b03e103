/// Reads FROM messages, says this comment.
struct PollsStore {
    let fine: Query = """
        WITH recent AS (SELECT id FROM polls ORDER BY id LIMIT 5), shown (id) AS MATERIALIZED (SELECT 1)
        SELECT EXTRACT(day FROM created_at), a IS DISTINCT FROM b
        FROM recent r, shown, unnest(\(ids), \(names)) AS n (id, name)
        JOIN poll_votes v ON v.poll = r.id
        LEFT JOIN LATERAL (SELECT shown FROM handles) h ON true
        FOR UPDATE OF v
        """
    let upsert: Query = "INSERT INTO poll_drafts AS d (id) VALUES (1) ON CONFLICT (id) DO UPDATE SET id = 2"
    let joined: Query = """
        SELECT m.id
        FROM polls p,
            messages m
        JOIN sessions USING (handle)
        """
    let removed: Query = "DELETE FROM polls USING users WHERE users.poll = polls.id"
    let hidden: Query = "SELECT id FROM \(unescaped: table)"
    let nested: Query = "SELECT id FROM (SELECT id FROM board_entries) b, streaks"
    let sequence: Query = "SELECT last_value FROM polls_number_seq, messages_number_seq"
    let message = "The poll was taken from messages."
}
