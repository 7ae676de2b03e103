import Contracts
import Postgres

/// Who exists, as the directory needs it.
protocol PeopleStore: Sendable {
    /// The people with these folded keys.
    func people(_ keys: [String]) async throws -> [String: Person]

    /// The person with this handle, made if it does not exist and `sender` has not made `limit` today (UTC), in one
    /// round trip. `nil` when the limit is reached, or when somebody else made the row at the same moment.
    func personOrPlaceholder(
        _ person: Person,
        madeBy sender: String,
        at now: PostgresTimestamp,
        limit: Int
    ) async throws -> Person?
}

struct PostgresPeopleStore: PeopleStore {
    let database: PostgresClient

    func people(_ keys: [String]) async throws -> [String: Person] {
        var people: [String: Person] = [:]
        for row in try await database.read(Self.people(keys)) { people[row.string(0)] = Self.person(row) }
        return people
    }

    func personOrPlaceholder(
        _ person: Person,
        madeBy sender: String,
        at now: PostgresTimestamp,
        limit: Int
    ) async throws -> Person? {
        let rows = try await database.write(
            """
            WITH existing AS (
                SELECT h.handle, h.shown, h.kind, u.time_zone
                FROM handles AS h
                LEFT JOIN users AS u ON u.username = h.handle
                WHERE h.handle = \(person.handle)
            ), counted AS (
                INSERT INTO placeholder_counts AS p (sender, day, made)
                SELECT \(sender), (\(now)::timestamptz AT TIME ZONE 'UTC')::date, 1
                WHERE NOT EXISTS (SELECT FROM existing)
                ON CONFLICT (sender, day) DO UPDATE SET made = p.made + 1
                WHERE p.made < \(limit)
                RETURNING made
            ), created AS (
                INSERT INTO handles (handle, shown, kind, registered_at)
                SELECT \(person.handle), \(person.shown), \(person.kind.rawValue), \(now)
                FROM counted
                ON CONFLICT (handle) DO NOTHING
                RETURNING handle, shown, kind
            )
            SELECT handle, shown, kind, time_zone FROM existing
            UNION ALL
            SELECT handle, shown, kind, NULL FROM created
            """
        )
        return rows.first.map(Self.person)
    }

    static func people(_ keys: [String]) -> PostgresQuery {
        """
        SELECT h.handle, h.shown, h.kind, u.time_zone
        FROM handles AS h
        LEFT JOIN users AS u ON u.username = h.handle
        WHERE h.handle = ANY (\(keys))
        """
    }

    /// From handle, shown, kind and time zone.
    private static func person(_ row: PostgresRow) -> Person {
        Person(
            handle: row.string(0),
            shown: row.string(1),
            kind: Person.Kind(rawValue: row.string(2)) ?? .placeholder,
            timeZone: row.isNull(3) ? "UTC" : row.string(3)
        )
    }
}
