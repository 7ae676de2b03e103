import Postgres

/// The right to run a job that only one instance may run.
///
/// A row with a time limit rather than an advisory lock: it works through PgBouncer, holds no connection, and also
/// keeps when the job is due again, so that the interval holds across instances. The database's clock decides.
struct JobLease: Sendable {
    let job: String
    /// Names this instance.
    let holder: String
    /// How long the right lasts unless renewed: after that, another instance may take over.
    let length: Duration
    let database: PostgresClient

    /// The outcome of asking for the right to run.
    enum Claim: Sendable {
        case granted
        /// Another instance runs the job, or it is not due. Worth asking again after this time.
        case refused(askAgainIn: Duration)
    }

    /// Takes the right, if the job is due and nobody else has it.
    func claim() async throws -> Claim {
        let rows = try await write(
            """
            INSERT INTO job_leases AS lease (name, holder, until, due_at)
            VALUES (\(job), \(holder), clock_timestamp() + \(seconds(length)) * interval '1 second', clock_timestamp())
            ON CONFLICT (name) DO UPDATE
            SET holder = excluded.holder, until = excluded.until
            WHERE lease.until < clock_timestamp() AND lease.due_at <= clock_timestamp()
            RETURNING true
            """
        )
        if !rows.isEmpty { return .granted }
        let rest = try await database.read(
            """
            SELECT (extract(epoch FROM greatest(until, due_at) - clock_timestamp()) * 1000)::int8
            FROM job_leases
            WHERE name = \(job)
            """
        )
        return .refused(askAgainIn: .milliseconds(max(rest.first?.int64(0) ?? 0, 0)))
    }

    /// Keeps the right for another length.
    ///
    /// - Returns: `false` when another instance has it by now.
    func renew() async throws -> Bool {
        try await write(
            """
            UPDATE job_leases
            SET until = clock_timestamp() + \(seconds(length)) * interval '1 second'
            WHERE name = \(job) AND holder = \(holder)
            """
        ).affected == 1
    }

    /// Gives the right back; the job is due again after `pause`.
    func release(dueIn pause: Duration) async throws {
        _ = try await write(
            """
            UPDATE job_leases
            SET until = '-infinity', due_at = clock_timestamp() + \(seconds(pause)) * interval '1 second'
            WHERE name = \(job) AND holder = \(holder)
            """
        )
    }

    /// Commits without waiting for the disk: leases mean nothing after a crash.
    private func write(_ query: PostgresQuery) async throws -> PostgresRows {
        try await database.write(["SELECT set_config('synchronous_commit', 'off', true)", query])[1]
    }

    private func seconds(_ duration: Duration) -> Double { Double(duration.microseconds) / 1_000_000 }
}

/// The right to run was lost to another instance, or could not be renewed in time.
struct JobLeaseLost: Error {}
