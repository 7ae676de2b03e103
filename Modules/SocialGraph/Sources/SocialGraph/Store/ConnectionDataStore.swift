import JSONText
import Postgres

/// What every module owes a person: all that it holds about them, and its removal.
struct ConnectionDataStore: Sendable {
    let database: PostgresClient

    /// What the person did and what others asked of them. That others blocked them is those others'.
    func export(_ handle: String) async throws -> JSON {
        let rows = try await database.read(
            """
            SELECT json_build_object(
                'consent', (
                    SELECT coalesce(json_agg(json_build_object(
                        'from', c.from_user, 'to', c.to_user, 'status', c.status, 'requested_at', c.created_at,
                        'changed_at', c.updated_at, 'message', c.message
                    ) ORDER BY c.created_at), '[]')
                    FROM user_connections AS c
                    WHERE c.to_user = \(handle) OR (c.from_user = \(handle) AND c.status <> 'blocked')
                ),
                'consent_changes', (
                    SELECT coalesce(json_agg(json_build_object(
                        'from', l.from_user, 'to', l.to_user, 'was', l.was, 'became', l.became, 'at', l.at
                    ) ORDER BY l.id), '[]')
                    FROM connection_ledger AS l
                    WHERE (l.from_user = \(handle) AND l.actor = 'sender')
                        OR (l.to_user = \(handle) AND l.actor = 'recipient')
                ),
                'friends', (
                    SELECT coalesce(json_agg(json_build_object('handle', f.friend, 'since', f.created_at)
                        ORDER BY f.created_at), '[]')
                    FROM friends AS f WHERE f.owner = \(handle)
                ),
                'friend_requests', (
                    SELECT coalesce(json_agg(json_build_object(
                        'from', r.from_user, 'to', r.to_user, 'at', r.created_at
                    ) ORDER BY r.created_at), '[]')
                    FROM friend_requests AS r WHERE r.from_user = \(handle) OR r.to_user = \(handle)
                ),
                'friend_codes', (
                    SELECT coalesce(json_agg(json_build_object('code', d.code, 'expires_at', d.expires_at)
                        ORDER BY d.created_at), '[]')
                    FROM friend_codes AS d WHERE d.owner = \(handle)
                ),
                'following', (
                    SELECT coalesce(json_agg(json_build_object('handle', f.following, 'since', f.created_at)
                        ORDER BY f.created_at), '[]')
                    FROM follows AS f WHERE f.follower = \(handle)
                ),
                'followers', (
                    SELECT coalesce(json_agg(json_build_object('handle', f.follower, 'since', f.created_at)
                        ORDER BY f.created_at), '[]')
                    FROM follows AS f WHERE f.following = \(handle)
                ),
                'muted', (
                    SELECT coalesce(json_agg(json_build_object('handle', m.muted, 'since', m.created_at)
                        ORDER BY m.created_at), '[]')
                    FROM mutes AS m WHERE m.owner = \(handle)
                )
            )
            """
        )
        guard let row = rows.first else { return .null }
        return row.withBytes(0) { .raw(Array($0)) }
    }

    /// Removes every tie of the person, from either side. The ledger stays: its names follow the rename.
    func erase(_ handle: String, in transaction: PostgresTransaction) async throws {
        try await transaction.query([
            // Ends what is being written between this person and others, and lets nothing new begin.
            "SELECT FROM handles WHERE handle = \(handle) FOR UPDATE",
            // Counts first and in the order in which everybody locks them.
            """
            SELECT
            FROM social_counts
            WHERE handle IN (
                SELECT following FROM follows WHERE follower = \(handle)
                UNION ALL SELECT follower FROM follows WHERE following = \(handle)
                UNION ALL SELECT friend FROM friends WHERE owner = \(handle)
            )
            ORDER BY handle COLLATE "C"
            FOR NO KEY UPDATE
            """,
            """
            WITH unfollowed AS (
                DELETE FROM follows WHERE follower = \(handle) OR following = \(handle) RETURNING follower, following
            ), unfriended AS (
                DELETE FROM friends WHERE owner = \(handle) OR friend = \(handle) RETURNING owner
            ), ended AS (
                SELECT following AS handle, 1 AS followers, 0 AS following, 0 AS friends FROM unfollowed
                UNION ALL
                SELECT follower, 0, 1, 0 FROM unfollowed
                UNION ALL
                SELECT owner, 0, 0, 1 FROM unfriended
            ), lost AS (
                SELECT handle, sum(followers) AS followers, sum(following) AS following, sum(friends) AS friends
                FROM ended
                GROUP BY handle
            )
            UPDATE social_counts AS c
            SET followers = c.followers - lost.followers,
                following = c.following - lost.following,
                friends = c.friends - lost.friends
            FROM lost
            WHERE c.handle = lost.handle
            """,
            "DELETE FROM social_counts WHERE handle = \(handle)",
            "DELETE FROM friend_requests WHERE from_user = \(handle) OR to_user = \(handle)",
            "DELETE FROM friend_codes WHERE owner = \(handle)",
            "DELETE FROM mutes WHERE owner = \(handle) OR muted = \(handle)",
            "DELETE FROM user_connections WHERE from_user = \(handle) OR to_user = \(handle)",
        ])
    }
}
