public import Postgres

/// A person whom data of the old store names.
public struct NamedPerson: Hashable, Sendable {
    public let name: OldName
    /// Whether they left something themselves (a message, a post, a visit): then the handle is theirs to claim. Others exist
    /// because somebody wrote to them.
    public let hasTraces: Bool
    /// When they were first heard of, in microseconds since the epoch; `nil`: not known.
    public let since: Int64?

    public init(_ name: OldName, hasTraces: Bool, since: Int64?) {
        self.name = name
        self.hasTraces = hasTraces
        self.since = since
    }
}

/// Rows of `handles` for people whom data names, so that foreign keys hold.
public enum PeopleStatements {
    /// The mark of a time that is not known, 1970: the registry wants one, and 'now' would be a lie.
    public static let unknownTime = PostgresTimestamp(microseconds: 0)

    /// Makes the people who are not there. Of those who are, a placeholder that turns out to have traces becomes a handle
    /// carried over; an unclaimed one was there since the earliest time heard of, and of several spellings shows the first in
    /// the order of bytes, so that the order in which data comes does not matter. Claimed ones stay as they are.
    public static func upsert(_ people: [NamedPerson]) -> PostgresQuery {
        let people = merged(people)
        return """
            INSERT INTO handles AS h (handle, shown, kind, registered_at, carried_over, irregular)
            SELECT
                handle, shown, kind, since, kind = 'human', irregular
            FROM unnest(
                \(people.map(\.name.key)), \(people.map(\.name.spelling)), \(people.map(kind)), \(people.map(time)),
                \(people.map(\.name.isIrregular))
            ) AS named (handle, shown, kind, since, irregular)
            ORDER BY handle
            ON CONFLICT (handle) DO UPDATE SET
                kind = CASE WHEN h.kind = 'placeholder' THEN EXCLUDED.kind ELSE h.kind END,
                carried_over = h.carried_over OR EXCLUDED.carried_over,
                registered_at = COALESCE(
                    LEAST(NULLIF(h.registered_at, \(unknownTime)), NULLIF(EXCLUDED.registered_at, \(unknownTime))),
                    \(unknownTime)
                ),
                shown = LEAST(h.shown COLLATE "C", EXCLUDED.shown)
            WHERE (h.kind = 'placeholder' AND EXCLUDED.kind <> 'placeholder')
                OR (
                    (h.carried_over OR h.kind = 'placeholder')
                    AND (
                        EXCLUDED.shown COLLATE "C" < h.shown
                        OR (
                            EXCLUDED.registered_at <> \(unknownTime)
                            AND (h.registered_at = \(unknownTime) OR EXCLUDED.registered_at < h.registered_at)
                        )
                    )
                )
            """
    }

    private static func kind(_ person: NamedPerson) -> String {
        person.name.isGameStore ? "system" : person.hasTraces ? "human" : "placeholder"
    }

    private static func time(_ person: NamedPerson) -> PostgresTimestamp {
        person.since.map { PostgresTimestamp(microseconds: $0) } ?? unknownTime
    }

    /// One per key, since a statement may not meet a row twice.
    private static func merged(_ people: [NamedPerson]) -> [NamedPerson] {
        var byKey: [String: NamedPerson] = [:]
        for person in people {
            guard let other = byKey[person.name.key] else {
                byKey[person.name.key] = person
                continue
            }
            byKey[person.name.key] = NamedPerson(
                min(person.name.spelling, other.name.spelling) == person.name.spelling ? person.name : other.name,
                hasTraces: person.hasTraces || other.hasTraces,
                since: [person.since, other.since].compactMap(\.self).min()
            )
        }
        return Array(byKey.values)
    }
}
