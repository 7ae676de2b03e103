import Postgres
import Synchronization

/// The table through which instances tell each other what callers have used.
///
/// A row counts up what one instance gave one subject in one window. Readers look at rows that changed lately, and
/// remember what they have seen of each: rows that are seen twice count once, and none is missed.
final class SharedUsage: Sendable {
    let instance: String
    let database: PostgresClient
    private let seen = Mutex<[RowKey: Int64]>([:])

    /// What a subject used.
    struct Entry: Sendable, Hashable {
        let rule: String
        let subject: UInt64
        /// Unix seconds.
        let windowStart: Int64
        var used: Int64

        init(_ rule: RateLimitRule, _ subject: UInt64, used: Int64, now: Int64) {
            self.rule = rule.name
            self.subject = subject
            let seconds = now / 1_000_000
            windowStart = seconds - seconds % Int64(rule.window)
            self.used = used
        }

        fileprivate init(_ row: PostgresRow) {
            rule = row.string(0)
            subject = UInt64(bitPattern: row.int64(1))
            windowStart = row.int64(2)
            used = row.int64(4)
        }
    }

    private struct RowKey: Hashable {
        let rule: String
        let subject: UInt64
        let windowStart: Int64
        let instance: String
    }

    init(instance: String, database: PostgresClient) {
        self.instance = instance
        self.database = database
    }

    /// Writes the news of this instance, in one round trip with reading those of the others.
    ///
    /// - Returns: what others have used since the last call.
    func exchange(_ news: [Entry]) async throws -> [Entry] {
        guard !news.isEmpty else { return fresh(try await database.read(select)) }
        let rows = try await database.write([
            "SELECT set_config('synchronous_commit', 'off', true)", insert(news), select,
        ])
        return fresh(rows[2])
    }

    private func insert(_ news: [Entry]) -> PostgresQuery {
        """
        INSERT INTO rate_limit_usage AS usage (rule, subject_hash, window_start, instance, used, updated_at)
        SELECT rule, subject_hash, window_start, \(instance), used, clock_timestamp()
        FROM unnest(
            \(news.map(\.rule)), \(news.map { Int64(bitPattern: $0.subject) }), \(news.map(\.windowStart)),
            \(news.map(\.used))
        ) AS news (rule, subject_hash, window_start, used)
        ON CONFLICT (rule, subject_hash, window_start, instance) DO UPDATE
        SET used = usage.used + excluded.used, updated_at = excluded.updated_at
        """
    }

    /// Rows of the last ten seconds: enough for several exchanges, so that one that fails or is late misses nothing.
    private var select: PostgresQuery {
        """
        SELECT rule, subject_hash, window_start, instance, used
        FROM rate_limit_usage
        WHERE instance <> \(instance) AND updated_at > clock_timestamp() - interval '10 seconds'
        """
    }

    private func fresh(_ rows: PostgresRows) -> [Entry] {
        seen.withLock { seen in
            var current: [RowKey: Int64] = [:]
            var fresh: [Entry] = []
            for row in rows {
                var entry = Entry(row)
                let key = RowKey(
                    rule: entry.rule,
                    subject: entry.subject,
                    windowStart: entry.windowStart,
                    instance: row.string(3)
                )
                current[key] = entry.used
                entry.used -= seen[key] ?? 0
                if entry.used > 0 { fresh.append(entry) }
            }
            // A row that comes back after a silence must not count from zero: the others are kept while their window
            // may still be open.
            let newest = current.keys.map(\.windowStart).max() ?? 0
            seen = seen.filter { $0.key.windowStart + 7_200 > newest }.merging(current) { _, new in new }
            return fresh
        }
    }

    /// Windows last an hour at most; rows are kept twice as long.
    static func sweep(limit: Int) -> PostgresQuery {
        """
        DELETE FROM rate_limit_usage
        WHERE ctid = ANY(ARRAY(
            SELECT ctid
            FROM rate_limit_usage
            WHERE updated_at < now() - interval '2 hours'
            LIMIT \(limit)
        ))
        """
    }
}
