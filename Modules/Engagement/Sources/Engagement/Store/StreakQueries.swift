import Postgres

/// The statements on `streaks`, `active_days` and `daily_activity`.
enum StreakQueries {
    private static let columns = """
        username, current_streak, longest_streak, total_days, last_active, frozen_on, carried_longest, carried_days
        """

    /// The streaks of these people, as counted so far.
    static func streaks(of handles: [String]) -> PostgresQuery {
        "SELECT \(unescaped: columns) FROM streaks WHERE username = ANY(\(handles))"
    }

    /// One person's streak as counted so far, NULL for nobody's, and the active days that still wait to be counted.
    static func streak(of handle: String) -> PostgresQuery {
        """
        SELECT
            \(unescaped: columns),
            ARRAY(
                SELECT DISTINCT day
                FROM activity_inbox AS fact
                WHERE handle = asked.name
                    AND day IS NOT NULL
                    AND kind <> 'invite'
                    AND NOT EXISTS (
                        SELECT FROM active_days AS known WHERE known.handle = fact.handle AND known.day = fact.day
                    )
            )
        FROM (VALUES (\(handle))) AS asked (name)
        LEFT JOIN streaks ON username = asked.name
        """
    }

    static func row(_ row: PostgresRow) throws -> StreakRow {
        StreakRow(
            handle: row.string(0),
            streak: Streak(
                run: Int(row.int64(1)),
                longest: Int(row.int64(2)),
                totalDays: Int(row.int64(3)),
                lastActive: try row.decode(PostgresDate?.self, 4),
                frozenOn: try row.decode(PostgresDate?.self, 5)
            ),
            carried: Streak.Carried(longest: Int(row.int64(6)), days: Int(row.int64(7)))
        )
    }

    /// Stores streaks. `expiries` says when each run that is not over will be.
    static func store(_ streaks: [(handle: String, streak: Streak, expiry: PostgresTimestamp?)]) -> PostgresQuery {
        """
        INSERT INTO streaks
            (username, current_streak, longest_streak, total_days, last_active, frozen_on, expires_at)
        SELECT *
        FROM unnest(
            \(streaks.map(\.handle)),
            \(streaks.map { Int32(clamping: $0.streak.run) }),
            \(streaks.map { Int32(clamping: $0.streak.longest) }),
            \(streaks.map { Int32(clamping: $0.streak.totalDays) }),
            \(streaks.map(\.streak.lastActive)),
            \(streaks.map(\.streak.frozenOn)),
            \(streaks.map(\.expiry))
        )
        ON CONFLICT (username) DO UPDATE
        SET current_streak = excluded.current_streak,
            longest_streak = excluded.longest_streak,
            total_days = excluded.total_days,
            last_active = excluded.last_active,
            frozen_on = excluded.frozen_on,
            expires_at = excluded.expires_at
        """
    }

    /// People whose run is over and not yet counted as such. Leaves out, as `ActivityInbox.claim`, whom others hold.
    static func expired(at now: PostgresTimestamp, limit: Int) -> PostgresQuery {
        """
        SELECT streak.username
        FROM streaks AS streak
        JOIN handles AS owner ON owner.handle = streak.username
        WHERE streak.expires_at <= \(now)
        ORDER BY streak.expires_at
        LIMIT \(limit)
        FOR KEY SHARE OF owner SKIP LOCKED
        """
    }

    /// Every active day, oldest first.
    static func history(of handles: [String]) -> PostgresQuery {
        "SELECT handle, day FROM active_days WHERE handle = ANY(\(handles)) ORDER BY handle, day"
    }

    static func isActive(_ handle: String, on day: PostgresDate) -> PostgresQuery {
        """
        SELECT EXISTS (SELECT FROM active_days WHERE handle = \(handle) AND day = \(day))
            OR EXISTS (SELECT FROM activity_inbox WHERE handle = \(handle) AND day = \(day) AND kind <> 'invite')
        """
    }

    /// The latest active days, latest first.
    static func recentDays(of handle: String, limit: Int) -> PostgresQuery {
        "SELECT day FROM active_days WHERE handle = \(handle) ORDER BY day DESC LIMIT \(limit)"
    }

    /// What somebody did on the days of a range, oldest first.
    static func days(of handle: String, from first: PostgresDate, through last: PostgresDate) -> PostgresQuery {
        """
        SELECT day, messages, posts, ships, games
        FROM active_days
        WHERE handle = \(handle) AND day BETWEEN \(first) AND \(last)
        ORDER BY day
        """
    }

    /// Some of the active days of several people, those that are there.
    static func days(_ keys: [(handle: String, day: PostgresDate)]) -> PostgresQuery {
        """
        SELECT known.handle, known.day, known.messages, known.posts, known.ships, known.games
        FROM unnest(\(keys.map(\.handle)), \(keys.map(\.day))) AS wanted (handle, day)
        JOIN active_days AS known ON known.handle = wanted.handle AND known.day = wanted.day
        """
    }

    /// The tally in the four columns from `column` on.
    static func tally(_ row: PostgresRow, from column: Int) -> DayTally {
        DayTally(
            messages: Int(row.int64(column)),
            posts: Int(row.int64(column + 1)),
            ships: Int(row.int64(column + 2)),
            games: Int(row.int64(column + 3))
        )
    }

    /// Stores what people did, in place of what is stored of these days.
    static func store(_ days: [(handle: String, day: PostgresDate, tally: DayTally)]) -> PostgresQuery {
        """
        INSERT INTO active_days (handle, day, messages, posts, ships, games)
        SELECT *
        FROM unnest(
            \(days.map(\.handle)),
            \(days.map(\.day)),
            \(days.map { Int32(clamping: $0.tally.messages) }),
            \(days.map { Int32(clamping: $0.tally.posts) }),
            \(days.map { Int32(clamping: $0.tally.ships) }),
            \(days.map { Int32(clamping: $0.tally.games) })
        )
        ON CONFLICT (handle, day) DO UPDATE
        SET messages = excluded.messages, posts = excluded.posts, ships = excluded.ships, games = excluded.games
        """
    }

    /// Adds to the figures of days.
    static func count(people: [PostgresDate: Int], invites: [PostgresDate: Int]) -> PostgresQuery {
        let days = Set(people.keys).union(invites.keys).sorted()
        return """
            INSERT INTO daily_activity AS known (day, people, invites)
            SELECT *
            FROM unnest(\(days), \(days.map { people[$0] ?? 0 }), \(days.map { invites[$0] ?? 0 }))
            ON CONFLICT (day) DO UPDATE
            SET people = known.people + excluded.people, invites = known.invites + excluded.invites
            """
    }

    /// People active on a day, and people let in ever: one row for each day there was.
    static func dailyFigures(on day: PostgresDate) -> PostgresQuery {
        """
        SELECT coalesce(sum(people) FILTER (WHERE day = \(day)), 0)::int8, coalesce(sum(invites), 0)::int8
        FROM daily_activity
        """
    }
}

/// A row of `streaks`.
struct StreakRow: Sendable {
    let handle: String
    var streak: Streak
    let carried: Streak.Carried
}
