import Kernel
import Postgres

/// Consent in Postgres: a row of `user_connections` per ordered pair.
struct PostgresConsentStore: ConsentStore {
    let database: PostgresClient

    // MARK: Reading

    func pair(_ pair: OrderedPair) async throws -> ConsentPair {
        Self.pair(try await database.read(Self.reading(pair)), pair)
    }

    static func reading(_ pair: OrderedPair) -> PostgresQuery {
        """
        SELECT from_user, status, created_at, updated_at
        FROM user_connections
        WHERE (from_user, to_user) IN ((\(pair.from), \(pair.to)), (\(pair.to), \(pair.from)))
        """
    }

    private static func pair(_ rows: PostgresRows, _ pair: OrderedPair) -> ConsentPair {
        var forward = Consent.none
        var backward = Consent.none
        for row in rows {
            let consent = consent(row, at: 1)
            if row.string(0) == pair.from { forward = consent } else { backward = consent }
        }
        return ConsentPair(forward: forward, backward: backward)
    }

    /// - Parameter column: of the status; the times of the request and of the last change follow.
    static func consent(_ row: PostgresRow, at column: Int) -> Consent {
        let status = ConsentStatus(rawValue: row.string(column)) ?? .none
        return Consent(
            status: status,
            requestedAt: status == .none ? nil : row.timestamp(column + 1),
            respondedAt: status == .accepted || status == .blocked ? row.timestamp(column + 2) : nil
        )
    }

    func requests(to recipient: String, before: ListPosition, limit: Int) async throws -> Page<ConsentRequest> {
        let rows = try await database.read(Self.requests(to: recipient, before: before, limit: limit + 1))
        let found = rows.map { row in
            ConsentRequest(from: row.string(0), requestedAt: row.timestamp(1), message: row.text(2))
        }
        return Page(found, limit: limit, at: \.position)
    }

    static func requests(to recipient: String, before: ListPosition, limit: Int) -> PostgresQuery {
        """
        SELECT from_user, created_at, message
        FROM user_connections
        WHERE to_user = \(recipient)
            AND status = 'pending'
            AND created_at <= \(before.time)
            AND (created_at < \(before.time) OR from_user > \(before.name))
        ORDER BY created_at DESC, from_user
        LIMIT \(limit)
        """
    }

    func blocked(by owner: String, before: ListPosition, limit: Int) async throws -> Page<DatedName> {
        let rows = try await database.read(Self.blocked(by: owner, before: before, limit: limit + 1))
        return Page(rows.map { DatedName(row: $0) }, limit: limit, at: \.position)
    }

    static func blocked(by owner: String, before: ListPosition, limit: Int) -> PostgresQuery {
        """
        SELECT from_user, created_at
        FROM user_connections
        WHERE to_user = \(owner)
            AND status = 'blocked'
            AND created_at <= \(before.time)
            AND (created_at < \(before.time) OR from_user > \(before.name))
        ORDER BY created_at DESC, from_user
        LIMIT \(limit)
        """
    }

    func hidden(from reader: String) async throws -> Set<String> {
        Set(try await database.read(Self.hidden(from: reader)).map { $0.string(0) })
    }

    static func hidden(from reader: String) -> PostgresQuery {
        """
        SELECT from_user FROM user_connections WHERE to_user = \(reader) AND status = 'blocked'
        UNION ALL
        SELECT to_user FROM user_connections WHERE from_user = \(reader) AND status = 'blocked'
        """
    }

    // MARK: Writing

    func request(_ pair: OrderedPair, message: String?, at time: PostgresTimestamp, through writer: any RequestWriter)
        async throws -> ConsentPair
    {
        try await write(
            pair,
            [
                """
                INSERT INTO user_connections AS c (from_user, to_user, status, created_at, updated_at, actor, message)
                SELECT \(pair.from), \(pair.to), 'pending', \(time), \(time), 'sender', \(message)
                WHERE NOT EXISTS (
                    SELECT FROM user_connections
                    WHERE from_user = \(pair.to) AND to_user = \(pair.from) AND status = 'blocked'
                )
                ON CONFLICT (from_user, to_user) DO UPDATE SET
                    status = EXCLUDED.status,
                    created_at = EXCLUDED.created_at,
                    updated_at = EXCLUDED.updated_at,
                    actor = EXCLUDED.actor,
                    message = EXCLUDED.message,
                    writer = EXCLUDED.writer
                WHERE c.status = 'none'
                """
            ],
            through: writer
        )
    }

    func accept(_ pair: OrderedPair, at time: PostgresTimestamp, through writer: any RequestWriter) async throws
        -> ConsentPair
    {
        try await write(pair, [Self.acceptance(of: pair, at: time)], through: writer)
    }

    /// Both directions are accepted, if something was asked and the one who asked did not block the one who accepts.
    static func acceptance(of pair: OrderedPair, at time: PostgresTimestamp) -> PostgresQuery {
        """
        INSERT INTO user_connections AS c (from_user, to_user, status, created_at, updated_at, actor)
        SELECT from_user, to_user, 'accepted', \(time), \(time), actor
        FROM (
            VALUES (\(pair.from), \(pair.to), 'recipient'), (\(pair.to), \(pair.from), 'sender')
        ) AS side (from_user, to_user, actor)
        WHERE EXISTS (
                SELECT FROM user_connections
                WHERE from_user = \(pair.from) AND to_user = \(pair.to) AND status <> 'none'
            )
            AND NOT EXISTS (
                SELECT FROM user_connections
                WHERE from_user = \(pair.to) AND to_user = \(pair.from) AND status = 'blocked'
            )
        ON CONFLICT (from_user, to_user) DO UPDATE SET
            status = EXCLUDED.status,
            created_at = CASE WHEN c.status = 'pending' THEN c.created_at ELSE EXCLUDED.created_at END,
            updated_at = EXCLUDED.updated_at,
            actor = EXCLUDED.actor,
            message = NULL,
            writer = EXCLUDED.writer
        WHERE c.status <> 'accepted'
        """
    }

    func block(_ pair: OrderedPair, at time: PostgresTimestamp, through writer: any RequestWriter) async throws
        -> ConsentPair
    {
        try await write(
            pair,
            [
                """
                INSERT INTO user_connections AS c (from_user, to_user, status, created_at, updated_at, actor)
                VALUES (\(pair.from), \(pair.to), 'blocked', \(time), \(time), 'recipient')
                ON CONFLICT (from_user, to_user) DO UPDATE SET
                    status = EXCLUDED.status,
                    created_at = EXCLUDED.created_at,
                    updated_at = EXCLUDED.updated_at,
                    actor = EXCLUDED.actor,
                    message = NULL,
                    writer = EXCLUDED.writer
                WHERE c.status <> 'blocked'
                """,
                // What the blocker asked for or was granted ends too. What they wrote as a stranger stays counted.
                """
                UPDATE user_connections
                SET status = 'none', updated_at = \(time), actor = 'sender', message = NULL, writer = DEFAULT
                WHERE from_user = \(pair.to) AND to_user = \(pair.from) AND status IN ('pending', 'accepted')
                """,
            ] + Severing.statements(pair),
            through: writer
        )
    }

    func unblock(_ pair: OrderedPair, at time: PostgresTimestamp, through writer: any RequestWriter) async throws
        -> ConsentPair
    {
        try await write(
            pair,
            [
                """
                UPDATE user_connections
                SET status = 'none', updated_at = \(time), actor = 'recipient', writer = DEFAULT,
                    stranger_day = NULL, stranger_messages = 0
                WHERE from_user = \(pair.from) AND to_user = \(pair.to) AND status = 'blocked'
                """
            ],
            through: writer
        )
    }

    /// Runs statements alone with the pair, and looks at it afterwards.
    private func write(_ pair: OrderedPair, _ statements: [PostgresQuery], through writer: any RequestWriter)
        async throws -> ConsentPair
    {
        let results = try await writer.write([pair.lock] + statements + [Self.reading(pair)])
        guard let rows = results.last else { return ConsentPair(forward: .none, backward: .none) }
        return Self.pair(rows, pair)
    }
}
