import Postgres

/// Ends what two people are to each other besides consent: a block leaves nothing of it.
enum Severing {
    /// To be run under the pair's lock.
    static func statements(_ pair: OrderedPair) -> [PostgresQuery] {
        [
            """
            DELETE FROM friend_requests
            WHERE (from_user, to_user) IN ((\(pair.from), \(pair.to)), (\(pair.to), \(pair.from)))
            """,
            """
            WITH unfollowed AS (
                DELETE FROM follows
                WHERE (follower, following) IN ((\(pair.from), \(pair.to)), (\(pair.to), \(pair.from)))
                RETURNING follower, following
            ), unfriended AS (
                DELETE FROM friends
                WHERE (owner, friend) IN ((\(pair.from), \(pair.to)), (\(pair.to), \(pair.from)))
                RETURNING owner
            ), ended AS (
                SELECT following AS handle, 1 AS followers, 0 AS following, 0 AS friends FROM unfollowed
                UNION ALL
                SELECT follower, 0, 1, 0 FROM unfollowed
                UNION ALL
                SELECT owner, 0, 0, 1 FROM unfriended
            )
            INSERT INTO social_counts AS c (handle, followers, following, friends)
            SELECT handle, -sum(followers), -sum(following), -sum(friends)
            FROM ended
            GROUP BY handle
            ORDER BY handle COLLATE "C"
            ON CONFLICT (handle) DO UPDATE SET
                followers = c.followers + EXCLUDED.followers,
                following = c.following + EXCLUDED.following,
                friends = c.friends + EXCLUDED.friends
            """,
        ]
    }
}
