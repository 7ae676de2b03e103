public import Postgres
import ServiceSettings

/// Counts exactly, in the database, what must not be guessed at or done too often: registering, claiming, tries of a
/// code, rotations of a key.
///
/// A fixed window that begins with the subject's first use, as the original's: one row and one statement per count, a
/// definite time of reset, and no clock-aligned border for which an attacker could wait. Uses past the limit write
/// nothing.
public struct ExactLimiter: Sendable {
    private let database: PostgresClient
    private let settings: Settings
    private let clock: WallClock
    private let hash: KeyedHash

    public init(services: KernelServices) {
        database = services.database
        settings = services.settings
        clock = services.clock
        hash = KeyedHash(services.secret)
    }

    /// Counts one use, committed at once: it stays counted whatever becomes of the request.
    ///
    /// - Parameter subject: whose use, a handle or an address; only its keyed hash is stored.
    /// - Throws: `PostgresError`. A limit that cannot be counted is no permission.
    public func take(_ rule: RateLimitRule, subject: String) async throws -> RateLimitOutcome {
        try await take(rule, subject: subject) { try await database.write($0) }
    }

    /// Counts one use in the caller's transaction: undone with it. Other uses of the subject wait for its end.
    public func take(
        _ rule: RateLimitRule,
        subject: String,
        in executor: any PostgresExecutor
    ) async throws -> RateLimitOutcome {
        try await take(rule, subject: subject) { try await executor.query($0) }
    }

    private func take(
        _ rule: RateLimitRule,
        subject: String,
        _ run: (PostgresQuery) async throws -> PostgresRows
    ) async throws -> RateLimitOutcome {
        let limit = settings.int(rule.setting)
        guard limit > 0 else { return .unlimited(rule.name, window: rule.window) }
        let now = clock.now
        let end = PostgresTimestamp(microseconds: now.microseconds + Int64(rule.window) * 1_000_000)
        let rows = try await run(
            """
            WITH taken AS (
                INSERT INTO rate_limit_windows AS counted (name, subject_hash, window_start, window_end, used)
                VALUES (\(rule.name), \(Int64(bitPattern: hash(subject))), \(now), \(end), 1)
                ON CONFLICT (name, subject_hash) DO UPDATE
                SET window_start = CASE WHEN counted.window_end <= \(now) THEN \(now) ELSE counted.window_start END,
                    window_end = CASE WHEN counted.window_end <= \(now) THEN \(end) ELSE counted.window_end END,
                    used = CASE WHEN counted.window_end <= \(now) THEN 1 ELSE counted.used + 1 END
                WHERE counted.window_end <= \(now) OR counted.used < \(Int32(clamping: limit))
                RETURNING window_end, used
            )
            SELECT window_end, used, true FROM taken
            UNION ALL
            SELECT window_end, used, false
            FROM rate_limit_windows
            WHERE name = \(rule.name)
                AND subject_hash = \(Int64(bitPattern: hash(subject)))
                AND NOT EXISTS (SELECT FROM taken)
            """
        )
        // No row: the limit was used up by others between the two looks of the statement.
        let row = rows.first
        let isAllowed = row?.bool(2) ?? false
        let reset = (row?.timestamp(0) ?? end).microseconds
        let wait = Int(max((reset - now.microseconds + 999_999) / 1_000_000, 1))
        return RateLimitOutcome(
            isAllowed: isAllowed,
            rule: rule.name,
            limit: limit,
            window: rule.window,
            remaining: isAllowed ? max(limit - Int(row?.int64(1) ?? 0), 0) : 0,
            reset: (reset + 999_999) / 1_000_000,
            resetAfter: wait,
            retryAfter: isAllowed ? 0 : wait
        )
    }

    /// Removes windows that are over.
    static func sweep(limit: Int) -> PostgresQuery {
        """
        DELETE FROM rate_limit_windows
        WHERE ctid = ANY(ARRAY(
            SELECT ctid
            FROM rate_limit_windows
            WHERE window_end < now()
            LIMIT \(limit)
        ))
        """
    }
}
