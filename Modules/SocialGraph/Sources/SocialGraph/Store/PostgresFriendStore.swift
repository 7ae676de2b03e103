import Kernel
import Postgres

/// Friends in Postgres: two rows for each two.
struct PostgresFriendStore: FriendStore {
    let database: PostgresClient

    func friends(of owner: String, before: ListPosition, limit: Int) async throws -> Page<DatedName> {
        let rows = try await database.read(Self.friends(of: owner, before: before, limit: limit + 1))
        return Page(rows.map { DatedName(row: $0) }, limit: limit, at: \.position)
    }

    static func friends(of owner: String, before: ListPosition, limit: Int) -> PostgresQuery {
        """
        SELECT friend, created_at
        FROM friends
        WHERE owner = \(owner)
            AND created_at <= \(before.time)
            AND (created_at < \(before.time) OR friend > \(before.name))
        ORDER BY created_at DESC, friend
        LIMIT \(limit)
        """
    }

    func befriend(_ pair: OrderedPair, at time: PostgresTimestamp, through writer: any RequestWriter) async throws
        -> Friendship
    {
        let results = try await writer.write([
            pair.lock,
            """
            WITH added AS (
                INSERT INTO friends (owner, friend, created_at)
                SELECT owner, friend, \(time)
                FROM (VALUES (\(pair.from), \(pair.to)), (\(pair.to), \(pair.from))) AS side (owner, friend)
                WHERE NOT EXISTS (
                    SELECT FROM user_connections
                    WHERE (from_user, to_user) IN ((\(pair.from), \(pair.to)), (\(pair.to), \(pair.from)))
                        AND status = 'blocked'
                )
                ON CONFLICT (owner, friend) DO NOTHING
                RETURNING owner
            )
            INSERT INTO social_counts AS c (handle, friends)
            SELECT owner, 1 FROM added ORDER BY owner COLLATE "C"
            ON CONFLICT (handle) DO UPDATE SET friends = c.friends + EXCLUDED.friends
            """,
            Self.forgettingRequests(pair),
            Self.standing(pair),
        ])
        return Self.friendship(results.last)
    }

    func unfriend(_ pair: OrderedPair, through writer: any RequestWriter) async throws -> Bool {
        let results = try await writer.write([
            pair.lock,
            Self.forgettingRequests(pair),
            """
            WITH ended AS (
                DELETE FROM friends
                WHERE (owner, friend) IN ((\(pair.from), \(pair.to)), (\(pair.to), \(pair.from)))
                RETURNING owner
            )
            INSERT INTO social_counts AS c (handle, friends)
            SELECT owner, -1 FROM ended ORDER BY owner COLLATE "C"
            ON CONFLICT (handle) DO UPDATE SET friends = c.friends + EXCLUDED.friends
            """,
        ])
        return results.dropFirst().contains { $0.affected > 0 }
    }

    private static func forgettingRequests(_ pair: OrderedPair) -> PostgresQuery {
        """
        DELETE FROM friend_requests
        WHERE (from_user, to_user) IN ((\(pair.from), \(pair.to)), (\(pair.to), \(pair.from)))
        """
    }

    /// Whether the two are friends, and whether the first has asked.
    private static func standing(_ pair: OrderedPair) -> PostgresQuery {
        """
        SELECT
            EXISTS (SELECT FROM friends WHERE owner = \(pair.from) AND friend = \(pair.to)),
            EXISTS (SELECT FROM friend_requests WHERE from_user = \(pair.from) AND to_user = \(pair.to))
        """
    }

    private static func friendship(_ rows: PostgresRows?) -> Friendship {
        guard let row = rows?.first else { return .refused }
        if row.bool(0) { return .friends }
        return row.bool(1) ? .requested : .refused
    }

    // MARK: Codes

    func register(
        _ code: String,
        of owner: String,
        at time: PostgresTimestamp,
        until end: PostgresTimestamp,
        through writer: any RequestWriter
    ) async throws -> CodeRegistration {
        let results = try await writer.write([
            """
            INSERT INTO friend_codes AS c (code, owner, created_at, expires_at)
            VALUES (\(code), \(owner), \(time), \(end))
            ON CONFLICT (code) DO UPDATE SET
                owner = EXCLUDED.owner,
                created_at = EXCLUDED.created_at,
                expires_at = EXCLUDED.expires_at
            WHERE c.owner = EXCLUDED.owner OR c.expires_at <= EXCLUDED.created_at
            """
        ])
        return results[0].affected > 0 ? .registered : .taken
    }

    func owner(of code: String, at time: PostgresTimestamp) async throws -> String? {
        try await database.read(
            "SELECT owner FROM friend_codes WHERE code = \(code) AND expires_at > \(time)"
        ).first?.string(0)
    }

    func removeCodes(before time: PostgresTimestamp) async throws {
        _ = try await database.write("DELETE FROM friend_codes WHERE expires_at <= \(time)")
    }
}

extension PostgresFriendStore: FriendRequestStore {
    func ask(_ pair: OrderedPair, at time: PostgresTimestamp, through writer: any RequestWriter) async throws
        -> Friendship
    {
        let results = try await writer.write([
            pair.lock,
            """
            WITH answered AS (
                DELETE FROM friend_requests WHERE from_user = \(pair.to) AND to_user = \(pair.from) RETURNING to_user
            ), added AS (
                INSERT INTO friends (owner, friend, created_at)
                SELECT owner, friend, \(time)
                FROM (VALUES (\(pair.from), \(pair.to)), (\(pair.to), \(pair.from))) AS side (owner, friend), answered
                ON CONFLICT (owner, friend) DO NOTHING
                RETURNING owner
            )
            INSERT INTO social_counts AS c (handle, friends)
            SELECT owner, 1 FROM added ORDER BY owner COLLATE "C"
            ON CONFLICT (handle) DO UPDATE SET friends = c.friends + EXCLUDED.friends
            """,
            """
            INSERT INTO friend_requests (from_user, to_user, created_at)
            SELECT \(pair.from), \(pair.to), \(time)
            WHERE NOT EXISTS (SELECT FROM friends WHERE owner = \(pair.from) AND friend = \(pair.to))
                AND NOT EXISTS (
                    SELECT FROM user_connections
                    WHERE (from_user, to_user) IN ((\(pair.from), \(pair.to)), (\(pair.to), \(pair.from)))
                        AND status = 'blocked'
                )
            ON CONFLICT (from_user, to_user) DO NOTHING
            """,
            Self.standing(pair),
        ])
        return Self.friendship(results.last)
    }

    func requests(to owner: String, before: ListPosition, limit: Int) async throws -> Page<DatedName> {
        let rows = try await database.read(Self.requests(to: owner, before: before, limit: limit + 1))
        return Page(rows.map { DatedName(row: $0) }, limit: limit, at: \.position)
    }

    static func requests(to owner: String, before: ListPosition, limit: Int) -> PostgresQuery {
        """
        SELECT from_user, created_at
        FROM friend_requests
        WHERE to_user = \(owner)
            AND created_at <= \(before.time)
            AND (created_at < \(before.time) OR from_user > \(before.name))
        ORDER BY created_at DESC, from_user
        LIMIT \(limit)
        """
    }
}
