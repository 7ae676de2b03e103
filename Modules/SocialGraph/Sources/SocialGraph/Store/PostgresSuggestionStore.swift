import Contracts
import JSONText
import Kernel
import Postgres

struct PostgresSuggestionStore: SuggestionStore {
    let database: PostgresClient

    func facets(of handles: [String]) async throws -> [String: Facets] {
        let rows = try await database.read(Self.facets(of: handles))
        return try rows.reduce(into: [:]) { $0[$1.string(0)] = try Self.facets($1) }
    }

    func candidates(for viewer: Facets, kinds: [Person.Kind]) async throws -> [Candidate] {
        let found = try await database.read(Self.candidates(for: viewer, kinds: kinds)).map { row in
            Candidate(facets: try Self.facets(row), mutualFriends: Int(row.int64(6)))
        }
        let suggestible = try await suggestible(found.map(\.facets.handle), to: viewer.handle)
        return found.filter { suggestible.contains($0.facets.handle) }
    }

    func suggestible(_ handles: [String], to viewer: String) async throws -> Set<String> {
        guard !handles.isEmpty else { return [] }
        return Set(try await database.read(Self.suggestible(handles, to: viewer)).map { $0.string(0) })
    }

    func dismissedTopics(of handle: String, since: PostgresTimestamp) async throws -> [String: Int] {
        try await database.read(Self.dismissedTopics(of: handle, since: since)).reduce(into: [:]) { found, row in
            found[row.string(0)] = Int(row.int64(1))
        }
    }

    func dismiss(
        _ dismissed: String,
        by handle: String,
        topics: [String],
        at now: PostgresTimestamp,
        through writer: any RequestWriter
    ) async throws {
        _ = try await writer.write([
            """
            INSERT INTO suggestion_dismissals (handle, dismissed, topics, dismissed_at)
            VALUES (\(handle), \(dismissed), \(topics), \(now))
            ON CONFLICT (handle, dismissed) DO NOTHING
            """
        ])
    }

    func introduction(of handle: String, on day: String) async throws -> Introduction? {
        try await database.read(Self.introduction(of: handle, on: day)).first.map(Self.introduction)
    }

    func introduced(to handle: String, on day: String, withinDays days: Int) async throws -> Set<String> {
        let rows = try await database.read(
            """
            SELECT person FROM introductions
            WHERE handle = \(handle) AND day > \(day)::date - \(Int32(days)) AND day < \(day)::date
            """
        )
        return Set(rows.map { $0.string(0) })
    }

    func introduce(
        _ introduction: Introduction,
        to handle: String,
        on day: String,
        through writer: any RequestWriter
    ) async throws -> Introduction? {
        let reasons: JSON = .array(
            introduction.reasons.map { ["kind": .string($0.kind), "text": .string($0.text)] }
        )
        let results = try await writer.write([
            """
            INSERT INTO introductions (handle, day, person, score, reasons)
            VALUES (
                \(handle), \(day)::date, \(introduction.person), \(Int32(introduction.score)),
                \(PostgresJSON(reasons))
            )
            ON CONFLICT (handle, day) DO NOTHING
            """,
            Self.introduction(of: handle, on: day),
        ])
        return try results.last?.first.map(Self.introduction)
    }

    /// - Parameter row: handle, building, interests, hours, registration and last activity.
    private static func facets(_ row: PostgresRow) throws -> Facets {
        Facets(
            handle: row.string(0),
            interests: try row.decode([String].self, 2),
            building: row.text(1),
            hours: ActiveHours(bits: row.int32(3)),
            registeredAt: row.timestamp(4),
            lastActiveAt: row.timestamp(5)
        )
    }

    private static func introduction(_ row: PostgresRow) throws -> Introduction {
        Introduction(
            person: row.string(0),
            score: Int(row.int64(1)),
            reasons: try JSONDocument(Array(row.string(2).utf8)).root.elements.map { reason in
                Introduction.Reason(kind: reason["kind"]?.string ?? "", text: reason["text"]?.string ?? "")
            }
        )
    }
}

extension PostgresSuggestionStore {
    static func facets(of handles: [String]) -> PostgresQuery {
        """
        SELECT handle, building, interests, active_hours | earlier_hours, registered_at, last_active_at
        FROM discovery_people
        WHERE handle = ANY (\(handles))
        """
    }

    /// Three sources, each read from an index in its order and cut off, so that neither a popular topic nor a person
    /// with many friends costs more: the latest people of each wanted topic, friends of friends, and people seen last
    /// whose hours overlap.
    static func candidates(for viewer: Facets, kinds: [Person.Kind]) -> PostgresQuery {
        let topics = Topics.wanted(interests: viewer.interests, buildingWords: viewer.buildingWords)
        return """
            WITH shared AS MATERIALIZED (
                SELECT latest.handle
                FROM unnest(\(topics)) AS wanted (topic)
                CROSS JOIN LATERAL (
                    SELECT t.handle FROM person_topics AS t
                    WHERE t.topic = wanted.topic
                    ORDER BY t.last_active_at DESC, t.handle DESC
                    LIMIT 40
                ) AS latest
                GROUP BY latest.handle
                ORDER BY count(*) DESC, latest.handle
                LIMIT 200
            ),
            circle AS MATERIALIZED (
                SELECT theirs.friend AS handle, count(*) AS mutual
                FROM (
                    SELECT friend FROM friends
                    WHERE owner = \(viewer.handle)
                    ORDER BY created_at DESC, friend
                    LIMIT 100
                ) AS mine
                CROSS JOIN LATERAL (
                    SELECT f.friend FROM friends AS f
                    WHERE f.owner = mine.friend
                    ORDER BY f.created_at DESC, f.friend
                    LIMIT 40
                ) AS theirs
                GROUP BY theirs.friend
                ORDER BY count(*) DESC, theirs.friend
                LIMIT 200
            ),
            seen AS MATERIALIZED (
                SELECT latest.handle
                FROM (
                    SELECT handle, active_hours | earlier_hours AS hours
                    FROM discovery_people
                    WHERE visibility <> 'hidden'
                    ORDER BY last_active_at DESC, handle DESC
                    LIMIT 300
                ) AS latest
                WHERE latest.hours & \(viewer.hours.bits) <> 0
                LIMIT 100
            ),
            near AS MATERIALIZED (
                SELECT handle FROM shared UNION SELECT handle FROM circle UNION SELECT handle FROM seen
                LIMIT 500
            )
            SELECT d.handle, d.building, d.interests, d.active_hours | d.earlier_hours, d.registered_at,
                d.last_active_at, COALESCE(circle.mutual, 0)
            FROM near
            JOIN discovery_people AS d ON d.handle = near.handle
            LEFT JOIN circle ON circle.handle = near.handle
            WHERE d.kind = ANY (\(kinds.map(\.rawValue)))
            """
    }

    /// Nobody oneself, hidden, met already (a message is enough), blocked on either side, muted or dismissed.
    static func suggestible(_ handles: [String], to viewer: String) -> PostgresQuery {
        """
        SELECT d.handle
        FROM discovery_people AS d
        WHERE d.handle = ANY (\(handles)) AND d.handle <> \(viewer) AND d.visibility <> 'hidden'
            AND NOT EXISTS (
                SELECT FROM user_connections AS c
                WHERE c.from_user = \(viewer) AND c.to_user = d.handle AND c.status <> 'none'
            )
            AND NOT EXISTS (
                SELECT FROM user_connections AS c
                WHERE c.from_user = d.handle AND c.to_user = \(viewer) AND c.status <> 'none'
            )
            AND NOT EXISTS (SELECT FROM friends AS f WHERE f.owner = \(viewer) AND f.friend = d.handle)
            AND NOT EXISTS (SELECT FROM follows AS f WHERE f.follower = \(viewer) AND f.following = d.handle)
            AND NOT EXISTS (SELECT FROM mutes AS m WHERE m.owner = \(viewer) AND m.muted = d.handle)
            AND NOT EXISTS (
                SELECT FROM suggestion_dismissals AS s WHERE s.handle = \(viewer) AND s.dismissed = d.handle
            )
        """
    }

    static func dismissedTopics(of handle: String, since: PostgresTimestamp) -> PostgresQuery {
        """
        SELECT topic, count(*)
        FROM suggestion_dismissals
        CROSS JOIN LATERAL unnest(topics) AS topic
        WHERE handle = \(handle) AND dismissed_at > \(since)
        GROUP BY topic
        """
    }

    static func introduction(of handle: String, on day: String) -> PostgresQuery {
        "SELECT person, score, reasons FROM introductions WHERE handle = \(handle) AND day = \(day)::date"
    }
}
