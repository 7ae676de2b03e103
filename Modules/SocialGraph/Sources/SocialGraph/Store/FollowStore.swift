import Kernel
import Postgres

/// Who follows whom, and how many of each kind of tie a person has. Only Postgres knows: the original never had it.
protocol FollowStore: Sendable {
    /// `pair.from` follows `pair.to`, unless one of them blocked the other.
    func follow(_ pair: OrderedPair, at time: PostgresTimestamp, through writer: any RequestWriter) async throws
        -> FollowOutcome

    /// - Returns: whether there was anything to end, and how many ties the followed one has now.
    func unfollow(_ pair: OrderedPair, through writer: any RequestWriter) async throws -> (Bool, TieCounts)

    /// Who follows `handle`, the latest first.
    func followers(of handle: String, before: ListPosition, limit: Int) async throws -> Page<DatedName>

    /// Whom `handle` follows, the latest first.
    func following(of handle: String, before: ListPosition, limit: Int) async throws -> Page<DatedName>

    func counts(of handle: String) async throws -> TieCounts
}

struct PostgresFollowStore: FollowStore {
    let database: PostgresClient

    func follow(_ pair: OrderedPair, at time: PostgresTimestamp, through writer: any RequestWriter) async throws
        -> FollowOutcome
    {
        let results = try await writer.write([
            pair.lock,
            """
            WITH changed AS (
                INSERT INTO follows (follower, following, created_at)
                SELECT \(pair.from), \(pair.to), \(time)
                WHERE NOT EXISTS (
                    SELECT FROM user_connections
                    WHERE (from_user, to_user) IN ((\(pair.from), \(pair.to)), (\(pair.to), \(pair.from)))
                        AND status = 'blocked'
                )
                ON CONFLICT (follower, following) DO NOTHING
                RETURNING follower, following, 1 AS step
            )
            \(unescaped: Self.counting)
            """,
            """
            SELECT EXISTS (SELECT FROM follows WHERE follower = \(pair.from) AND following = \(pair.to))
            """,
            Self.counts(of: pair.to),
        ])
        guard results[2].first?.bool(0) == true else { return .refused }
        let counts = TieCounts(results[3].first)
        return results[1].affected > 0 ? .followed(counts) : .alreadyFollowing(counts)
    }

    func unfollow(_ pair: OrderedPair, through writer: any RequestWriter) async throws -> (Bool, TieCounts) {
        let results = try await writer.write([
            pair.lock,
            """
            WITH changed AS (
                DELETE FROM follows WHERE follower = \(pair.from) AND following = \(pair.to)
                RETURNING follower, following, -1 AS step
            )
            \(unescaped: Self.counting)
            """,
            Self.counts(of: pair.to),
        ])
        return (results[1].affected > 0, TieCounts(results[2].first))
    }
}

extension PostgresFollowStore {
    /// Carries a change on to the counts of both sides, in the order in which everybody locks them.
    private static let counting = """
        INSERT INTO social_counts AS c (handle, followers, following)
        SELECT handle, sum(followers), sum(following)
        FROM (
            SELECT following AS handle, step AS followers, 0 AS following FROM changed
            UNION ALL
            SELECT follower, 0, step FROM changed
        ) AS tie
        GROUP BY handle
        ORDER BY handle COLLATE "C"
        ON CONFLICT (handle) DO UPDATE SET
            followers = c.followers + EXCLUDED.followers,
            following = c.following + EXCLUDED.following
        """

    func followers(of handle: String, before: ListPosition, limit: Int) async throws -> Page<DatedName> {
        let rows = try await database.read(Self.followers(of: handle, before: before, limit: limit + 1))
        return Page(rows.map { DatedName(row: $0) }, limit: limit, at: \.position)
    }

    static func followers(of handle: String, before: ListPosition, limit: Int) -> PostgresQuery {
        """
        SELECT follower, created_at
        FROM follows
        WHERE following = \(handle)
            AND created_at <= \(before.time)
            AND (created_at < \(before.time) OR follower > \(before.name))
        ORDER BY created_at DESC, follower
        LIMIT \(limit)
        """
    }

    func following(of handle: String, before: ListPosition, limit: Int) async throws -> Page<DatedName> {
        let rows = try await database.read(Self.following(of: handle, before: before, limit: limit + 1))
        return Page(rows.map { DatedName(row: $0) }, limit: limit, at: \.position)
    }

    static func following(of handle: String, before: ListPosition, limit: Int) -> PostgresQuery {
        """
        SELECT following, created_at
        FROM follows
        WHERE follower = \(handle)
            AND created_at <= \(before.time)
            AND (created_at < \(before.time) OR following > \(before.name))
        ORDER BY created_at DESC, following
        LIMIT \(limit)
        """
    }

    func counts(of handle: String) async throws -> TieCounts {
        TieCounts(try await database.read(Self.counts(of: handle)).first)
    }

    static func counts(of handle: String) -> PostgresQuery {
        "SELECT followers, following, friends FROM social_counts WHERE handle = \(handle)"
    }
}

extension TieCounts {
    /// - Parameter row: followers, following, friends; `nil` for a person who has no row yet.
    fileprivate init(_ row: PostgresRow?) {
        self.init(
            followers: row.map { Int($0.int64(0)) } ?? 0,
            following: row.map { Int($0.int64(1)) } ?? 0,
            friends: row.map { Int($0.int64(2)) } ?? 0
        )
    }
}
