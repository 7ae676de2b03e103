import Postgres

/// The statements on `achievements` and `activity_totals`.
enum AchievementQueries {
    static func totals(of handles: [String]) -> PostgresQuery {
        """
        SELECT handle, messages, posts, ships, games, invites, founder
        FROM activity_totals
        WHERE handle = ANY(\(handles))
        """
    }

    /// As ``totals(of:)``, of everybody with a streak or totals after a handle, in the order of handles.
    static func totals(after handle: String, limit: Int) -> PostgresQuery {
        """
        WITH people AS (
            (SELECT username AS handle FROM streaks WHERE username > \(handle) ORDER BY username LIMIT \(limit))
            UNION
            (SELECT handle FROM activity_totals WHERE handle > \(handle) ORDER BY handle LIMIT \(limit))
        )
        SELECT people.handle, messages, posts, ships, games, invites, founder
        FROM people
        LEFT JOIN activity_totals AS known ON known.handle = people.handle
        ORDER BY people.handle
        LIMIT \(limit)
        """
    }

    static func total(_ row: PostgresRow) -> (handle: String, totals: ActivityTotals) {
        let totals = ActivityTotals(
            messages: Int(row.int64(1)),
            posts: Int(row.int64(2)),
            ships: Int(row.int64(3)),
            games: Int(row.int64(4)),
            invites: Int(row.int64(5)),
            founder: row.isNull(6) ? nil : Int(row.int64(6))
        )
        return (row.string(0), totals)
    }

    static func store(_ totals: [(handle: String, totals: ActivityTotals)]) -> PostgresQuery {
        """
        INSERT INTO activity_totals (handle, messages, posts, ships, games, invites, founder)
        SELECT *
        FROM unnest(
            \(totals.map(\.handle)),
            \(totals.map(\.totals.messages)),
            \(totals.map(\.totals.posts)),
            \(totals.map(\.totals.ships)),
            \(totals.map(\.totals.games)),
            \(totals.map(\.totals.invites)),
            \(totals.map { $0.totals.founder.map { Int32(clamping: $0) } })
        )
        ON CONFLICT (handle) DO UPDATE
        SET messages = excluded.messages,
            posts = excluded.posts,
            ships = excluded.ships,
            games = excluded.games,
            invites = excluded.invites,
            founder = excluded.founder
        """
    }

    /// What the history of these people adds up to.
    static func history(of handles: [String]) -> PostgresQuery {
        """
        SELECT handle, sum(messages)::int8, sum(posts)::int8, sum(ships)::int8, sum(games)::int8
        FROM active_days
        WHERE handle = ANY(\(handles))
        GROUP BY handle
        """
    }

    /// Awards what is not held yet, and says what that was.
    static func award(_ earned: [(handle: String, achievement: String)], at now: PostgresTimestamp) -> PostgresQuery {
        """
        INSERT INTO achievements (handle, achievement, earned_at)
        SELECT handle, achievement, \(now)
        FROM unnest(\(earned.map(\.handle)), \(earned.map(\.achievement))) AS earned (handle, achievement)
        ON CONFLICT (handle, achievement) DO NOTHING
        RETURNING handle, achievement
        """
    }

    static func withdraw(_ held: [(handle: String, achievement: String)]) -> PostgresQuery {
        """
        DELETE FROM achievements
        USING unnest(\(held.map(\.handle)), \(held.map(\.achievement))) AS gone (handle, achievement)
        WHERE achievements.handle = gone.handle AND achievements.achievement = gone.achievement
        """
    }

    /// What these people hold: first what they show, in their order, then the latest.
    static func held(by handles: [String]) -> PostgresQuery {
        """
        SELECT handle, achievement, earned_at, showcase
        FROM achievements
        WHERE handle = ANY(\(handles))
        ORDER BY handle, showcase NULLS LAST, earned_at DESC, achievement
        """
    }

    static func held(_ row: PostgresRow) -> HeldAchievement {
        HeldAchievement(
            handle: row.string(0),
            id: row.string(1),
            earnedAt: row.timestamp(2),
            showcase: row.isNull(3) ? nil : Int(row.int64(3))
        )
    }

    /// Shows these achievements, in this order, and no others.
    static func show(_ ids: [String], of handle: String) -> PostgresQuery {
        "UPDATE achievements SET showcase = array_position(\(ids), achievement) WHERE handle = \(handle)"
    }
}

/// A row of `achievements`.
struct HeldAchievement: Hashable, Sendable {
    let handle: String
    let id: String
    let earnedAt: PostgresTimestamp
    /// Its place in the order that its owner chose to show, from 1.
    let showcase: Int?
}
