import Contracts
import Postgres

/// Who exists, as the directory needs it.
protocol PeopleStore: Sendable {
    /// The people with these folded keys.
    func people(_ keys: [String]) async throws -> [String: KnownPerson]

    /// The person with this handle, made if it does not exist and `sender` has not made `limit` today (UTC), in one
    /// round trip. `nil` when the limit is reached, or when somebody else made the row at the same moment.
    func personOrPlaceholder(
        _ person: Person,
        madeBy sender: String,
        at now: PostgresTimestamp,
        limit: Int
    ) async throws -> KnownPerson?
}

/// A person, and whether they may act.
struct KnownPerson: Sendable {
    let person: Person
    /// Neither suspended nor revoked by the operator.
    let isActive: Bool
    /// `nil` also where the key came with a handle that nobody has shown to be theirs.
    let publicKey: PublicKey?

    /// The person, if tokens of theirs count.
    var caller: Person? {
        isActive && (person.kind == .human || person.kind == .agent) ? person : nil
    }
}

struct PostgresPeopleStore: PeopleStore {
    let database: PostgresClient

    func people(_ keys: [String]) async throws -> [String: KnownPerson] {
        var people: [String: KnownPerson] = [:]
        for row in try await database.read(Self.people(keys)) { people[row.string(0)] = Self.person(row) }
        return people
    }

    func personOrPlaceholder(
        _ person: Person,
        madeBy sender: String,
        at now: PostgresTimestamp,
        limit: Int
    ) async throws -> KnownPerson? {
        let rows = try await database.write(
            """
            WITH existing AS (
                SELECT h.handle, h.shown, h.kind, u.time_zone, h.status,
                    CASE WHEN NOT h.carried_over THEN u.public_key END AS public_key
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
                RETURNING handle, shown, kind, status
            )
            SELECT handle, shown, kind, time_zone, status, public_key FROM existing
            UNION ALL
            SELECT handle, shown, kind, NULL, status, NULL FROM created
            """
        )
        return rows.first.map(Self.person)
    }

    static func people(_ keys: [String]) -> PostgresQuery {
        """
        SELECT h.handle, h.shown, h.kind, u.time_zone, h.status,
            CASE WHEN NOT h.carried_over THEN u.public_key END
        FROM handles AS h
        LEFT JOIN users AS u ON u.username = h.handle
        WHERE h.handle = ANY (\(keys))
        """
    }

    /// From handle, shown, kind, time zone, status and public key.
    private static func person(_ row: PostgresRow) -> KnownPerson {
        KnownPerson(
            person: Person(
                handle: row.string(0),
                shown: row.string(1),
                kind: Person.Kind(rawValue: row.string(2)) ?? .placeholder,
                timeZone: row.isNull(3) ? "UTC" : row.string(3)
            ),
            isActive: row.string(4) == "active",
            publicKey: PublicKey(stored: row.isNull(5) ? nil : row.string(5))
        )
    }
}
