import Contracts
import JSONText
import Postgres

/// Presences.
protocol PresenceStore: Sendable {
    /// One presence with what the handle says; somebody never seen counts as seen now. `nil` when there is no such
    /// handle.
    func presence(of handle: String, at now: PostgresTimestamp) async throws -> PresenceState?

    /// The presences of those of the handles that exist.
    func presences(of handles: [String], at now: PostgresTimestamp) async throws -> [PresenceState]

    /// What was written by transactions from `horizon` on; with `nil`, everybody who is here.
    func changed(since horizon: Int64?, at now: PostgresTimestamp) async throws -> PresencePage

    /// Who was here within a day, but not within two hours, newest first.
    func recent(at now: PostgresTimestamp, limit: Int) async throws -> [PresenceState]

    /// How many people are active.
    func activeCount(at now: PostgresTimestamp) async throws -> Int

    /// Merges heartbeats into the rows.
    ///
    /// - Parameters:
    ///   - days: people whose local day may be new. It is, once for each day, whoever of the instances comes first.
    ///   - events: the statements that tell of a new day, in the same transaction.
    func write(
        _ patches: [String: PresencePatch],
        days: [(handle: String, day: String)],
        events: @Sendable (_ handle: String, _ day: String) -> [PostgresQuery]
    ) async throws
}

/// One reading of the table.
struct PresencePage: Sendable {
    /// The oldest transaction that was running.
    let horizon: Int64
    let rows: [PresenceState]
}

struct PostgresPresenceStore: PresenceStore {
    let database: PostgresClient

    func presence(of handle: String, at now: PostgresTimestamp) async throws -> PresenceState? {
        try await presences(of: [handle], at: now).first
    }

    func presences(of handles: [String], at now: PostgresTimestamp) async throws -> [PresenceState] {
        try await database.read(Self.presences(of: handles)).map { Self.state($0, from: 0, never: now) }
    }

    func changed(since horizon: Int64?, at now: PostgresTimestamp) async throws -> PresencePage {
        let rows = try await database.read(horizon.map { Self.changed(since: $0) } ?? Self.present(at: now))
        return PresencePage(
            horizon: rows.first?.int64(0) ?? 0,
            rows: rows.filter { !$0.isNull(1) }.map { Self.state($0, from: 1, never: now) }
        )
    }

    func recent(at now: PostgresTimestamp, limit: Int) async throws -> [PresenceState] {
        try await database.read(Self.recent(at: now, limit: limit)).map { Self.state($0, from: 0, never: now) }
    }

    func activeCount(at now: PostgresTimestamp) async throws -> Int {
        Int(try await database.read(Self.activeCount(at: now)).first?.int64(0) ?? 0)
    }

    func write(
        _ patches: [String: PresencePatch],
        days: [(handle: String, day: String)],
        events: @Sendable (_ handle: String, _ day: String) -> [PostgresQuery]
    ) async throws {
        let merge = Self.merge(patches)
        guard !days.isEmpty else {
            _ = try await database.write(merge)
            return
        }
        try await database.transaction { transaction in
            _ = try await transaction.query(merge)
            let told = try await transaction.query(Self.tell(days))
            let statements = told.flatMap { events($0.string(0), $0.string(1)) }
            if !statements.isEmpty { _ = try await transaction.query(statements) }
        }
    }

    // MARK: Statements

    static func presences(of handles: [String]) -> PostgresQuery {
        """
        SELECT \(unescaped: columns)
        FROM handles AS h
        LEFT JOIN presence AS p ON p.username = h.handle
        WHERE h.handle = ANY (\(handles))
        """
    }

    static func changed(since horizon: Int64) -> PostgresQuery {
        """
        SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint, \(unescaped: columns)
        FROM (VALUES (1)) AS one
        LEFT JOIN (presence AS p JOIN handles AS h ON h.handle = p.username) ON p.writer >= \(horizon) AND h.status = 'active'
        """
    }

    static func present(at now: PostgresTimestamp) -> PostgresQuery {
        let since = PostgresTimestamp(microseconds: now.microseconds - PresenceStatus.awayLimit)
        return """
            SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint, \(unescaped: columns)
            FROM (VALUES (1)) AS one
            LEFT JOIN (presence AS p JOIN handles AS h ON h.handle = p.username)
                ON p.last_seen > \(since) AND p.status <> 'offline' AND h.status = 'active'
            """
    }

    static func recent(at now: PostgresTimestamp, limit: Int) -> PostgresQuery {
        let latest = PostgresTimestamp(microseconds: now.microseconds - PresenceStatus.awayLimit)
        let earliest = PostgresTimestamp(microseconds: now.microseconds - 86_400 * 1_000_000)
        return """
            SELECT \(unescaped: columns)
            FROM presence AS p
            JOIN handles AS h ON h.handle = p.username
            WHERE p.last_seen BETWEEN \(earliest) AND \(latest) AND h.kind IN ('human', 'agent')
                AND h.status = 'active'
            ORDER BY p.last_seen DESC
            LIMIT \(limit)
            """
    }

    static func activeCount(at now: PostgresTimestamp) -> PostgresQuery {
        let since = PostgresTimestamp(microseconds: now.microseconds - PresenceStatus.activeLimit)
        return "SELECT count(*) FROM presence WHERE last_seen > \(since) AND status <> 'offline'"
    }

    /// Heartbeats as one statement. A column of the patch that is NULL keeps what the row holds, an empty mood clears
    /// it, and so does a null in the context. What would grow past its limit keeps the heartbeat's part alone; the
    /// text of `jsonb` has more spaces than what was sent, so its size is measured generously. Handles come in order, so that two instances cannot wait for each other.
    static func merge(_ patches: [String: PresencePatch]) -> PostgresQuery {
        let rows = patches.sorted { $0.key < $1.key }
        let patches = rows.map(\.value)
        return """
            INSERT INTO presence AS p (
                username, working_on, project, location, context, mood, mood_inferred, mood_reason,
                first_seen, last_seen, status, sources, human_present
            )
            SELECT n.username, n.working_on, n.project, n.location, n.context, n.mood, n.mood_inferred,
                n.mood_reason, n.seen, n.seen, n.status, n.sources, n.human_present
            FROM unnest(
                \(rows.map(\.key)),
                \(patches.map(\.workingOn)),
                \(patches.map(\.project)),
                \(patches.map(\.location)),
                \(patches.map { PostgresJSONB($0.context.text) }),
                \(patches.map(\.mood.text)),
                \(patches.map(\.mood.isInferred)),
                \(patches.map(\.mood.reason)),
                \(patches.map(\.seen)),
                \(patches.map { $0.hasLeft ? "offline" : "active" }),
                \(patches.map { PostgresJSONB($0.sources.text) }),
                \(patches.map(\.humanPresent))
            ) AS n (
                username, working_on, project, location, context, mood, mood_inferred, mood_reason, seen, status,
                sources, human_present
            )
            JOIN handles AS h ON h.handle = n.username
            ORDER BY n.username
            ON CONFLICT (username) DO UPDATE SET
                working_on = coalesce(EXCLUDED.working_on, p.working_on),
                project = coalesce(EXCLUDED.project, p.project),
                location = coalesce(EXCLUDED.location, p.location),
                context = (
                    SELECT CASE
                        WHEN merged.members <= \(PresenceContext.Limit.context.members)
                            AND octet_length(merged.value::text) <= \(2 * PresenceContext.Limit.context.bytes)
                            THEN merged.value
                        ELSE EXCLUDED.context
                    END
                    FROM (
                        SELECT coalesce(jsonb_object_agg(member.name, member.value), '{}') AS value,
                            count(*) AS members
                        FROM jsonb_each(p.context || EXCLUDED.context) AS member (name, value)
                        WHERE member.value <> 'null'
                    ) AS merged
                ),
                mood = CASE WHEN EXCLUDED.mood IS NULL THEN p.mood ELSE nullif(EXCLUDED.mood, '') END,
                mood_inferred = CASE WHEN EXCLUDED.mood IS NULL THEN p.mood_inferred ELSE EXCLUDED.mood_inferred END,
                mood_reason = CASE WHEN EXCLUDED.mood IS NULL THEN p.mood_reason ELSE EXCLUDED.mood_reason END,
                first_seen = CASE
                    WHEN p.status <> 'offline' AND EXCLUDED.last_seen < p.last_seen + interval '2 hours'
                        THEN p.first_seen
                    ELSE EXCLUDED.last_seen
                END,
                last_seen = greatest(p.last_seen, EXCLUDED.last_seen),
                status = EXCLUDED.status,
                sources = CASE
                    WHEN (SELECT count(*) FROM jsonb_object_keys(p.sources || EXCLUDED.sources))
                        <= \(PresenceContext.Limit.sources.members)
                        THEN p.sources || EXCLUDED.sources
                    ELSE EXCLUDED.sources
                END,
                human_present = coalesce(EXCLUDED.human_present, p.human_present),
                writer = pg_current_xact_id()::text::bigint,
                updated_at = EXCLUDED.last_seen
            """
    }

    /// Moves people's last day on, and answers with those for whom it is a new one.
    private static func tell(_ days: [(handle: String, day: String)]) -> PostgresQuery {
        let days = days.sorted { $0.handle < $1.handle }
        return """
            INSERT INTO presence_days AS d (handle, day)
            SELECT n.handle, n.day::date
            FROM unnest(\(days.map(\.handle)), \(days.map(\.day))) AS n (handle, day)
            JOIN handles AS h ON h.handle = n.handle
            ORDER BY n.handle
            ON CONFLICT (handle) DO UPDATE SET day = EXCLUDED.day
            WHERE d.day < EXCLUDED.day
            RETURNING handle, day::text
            """
    }

    /// What `state(_:from:never:)` reads, of `presence` as p and `handles` as h.
    private static let columns = """
        h.handle, h.shown, h.kind, h.operator, h.agent_type, h.x_handle, p.working_on, p.project, p.location, \
        p.context, p.mood, p.mood_inferred, p.mood_reason, p.first_seen, p.last_seen, p.status, p.sources, \
        p.human_present, h.status
        """

    private static func state(_ row: PostgresRow, from first: Int, never now: PostgresTimestamp) -> PresenceState {
        func text(_ column: Int) -> String? {
            row.isNull(first + column) ? nil : row.string(first + column)
        }
        var state = PresenceState(
            handle: row.string(first),
            profile: PresenceState.Profile(
                shown: row.string(first + 1),
                kind: Person.Kind(rawValue: row.string(first + 2)) ?? .placeholder,
                operatedBy: text(3),
                agentType: text(4),
                xHandle: text(5)
            ),
            seen: row.isNull(first + 14) ? now : row.timestamp(first + 14)
        )
        state.profile.isActive = text(18) == "active" && state.profile.kind != .erased
        guard !row.isNull(first + 14) else { return state }
        state.workingOn = text(6)
        state.project = text(7)
        state.location = text(8)
        state.context = PresenceContext(stored: jsonb(row, first + 9))
        if let mood = text(10), !mood.isEmpty {
            state.mood = PresenceState.Mood(text: mood, isInferred: row.bool(first + 11), reason: text(12))
        }
        if !row.isNull(first + 13) { state.firstSeen = row.timestamp(first + 13) }
        state.hasLeft = text(15) == "offline"
        state.sources = PresenceContext(stored: jsonb(row, first + 16))
        state.humanPresent = row.isNull(first + 17) ? nil : row.bool(first + 17)
        return state
    }

    /// The text of a `jsonb` column, whose binary form begins with a version byte.
    private static func jsonb(_ row: PostgresRow, _ column: Int) -> String {
        row.withBytes(column) { String(decoding: $0.dropFirst(), as: UTF8.self) }
    }
}

extension PresenceContext {
    fileprivate var text: String {
        var json = JSONWriter(capacity: 256)
        write(to: &json)
        return json.withBytes { String(decoding: $0, as: UTF8.self) }
    }
}

extension PresencePatch.MoodChange {
    /// NULL keeps, empty clears.
    fileprivate var text: String? {
        switch self {
        case .keep: nil
        case .clear: ""
        case .set(let mood): mood.text
        }
    }

    fileprivate var isInferred: Bool? {
        if case .set(let mood) = self { mood.isInferred } else { nil }
    }

    fileprivate var reason: String? {
        if case .set(let mood) = self { mood.reason } else { nil }
    }
}
