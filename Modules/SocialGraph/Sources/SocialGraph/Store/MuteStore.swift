import Kernel
import Postgres

/// Whom people do not wish to see. Only Postgres knows.
protocol MuteStore: Sendable {
    func mute(_ muted: String, by owner: String, at time: PostgresTimestamp, through writer: any RequestWriter)
        async throws

    func unmute(_ muted: String, by owner: String, through writer: any RequestWriter) async throws

    /// Whom `owner` has muted, the latest first.
    func mutes(of owner: String, before: ListPosition, limit: Int) async throws -> Page<DatedName>

    /// Everybody whom `owner` has muted.
    func muted(by owner: String) async throws -> Set<String>
}

/// A folded handle and since when it is in a list.
struct DatedName: Sendable, Hashable {
    let handle: String
    let since: PostgresTimestamp

    init(handle: String, since: PostgresTimestamp) {
        self.handle = handle
        self.since = since
    }

    /// - Parameter row: handle and time.
    init(row: PostgresRow) {
        self.init(handle: row.string(0), since: row.timestamp(1))
    }

    var position: ListPosition { ListPosition(time: since, name: handle) }
}

struct PostgresMuteStore: MuteStore {
    let database: PostgresClient

    func mute(_ muted: String, by owner: String, at time: PostgresTimestamp, through writer: any RequestWriter)
        async throws
    {
        _ = try await writer.write([
            """
            INSERT INTO mutes (owner, muted, created_at)
            VALUES (\(owner), \(muted), \(time))
            ON CONFLICT (owner, muted) DO NOTHING
            """
        ])
    }

    func unmute(_ muted: String, by owner: String, through writer: any RequestWriter) async throws {
        _ = try await writer.write(["DELETE FROM mutes WHERE owner = \(owner) AND muted = \(muted)"])
    }

    func mutes(of owner: String, before: ListPosition, limit: Int) async throws -> Page<DatedName> {
        let rows = try await database.read(Self.mutes(of: owner, before: before, limit: limit + 1))
        return Page(rows.map { DatedName(row: $0) }, limit: limit, at: \.position)
    }

    static func mutes(of owner: String, before: ListPosition, limit: Int) -> PostgresQuery {
        """
        SELECT muted, created_at
        FROM mutes
        WHERE owner = \(owner)
            AND created_at <= \(before.time)
            AND (created_at < \(before.time) OR muted > \(before.name))
        ORDER BY created_at DESC, muted
        LIMIT \(limit)
        """
    }

    func muted(by owner: String) async throws -> Set<String> {
        Set(try await database.read("SELECT muted FROM mutes WHERE owner = \(owner)").map { $0.string(0) })
    }
}
