import Postgres

/// Mail on its way.
protocol MailStore: Sendable {
    /// Takes a mail that is due, so that nobody else sends it; `nil` when none is.
    func take(by taker: String, at now: PostgresTimestamp) async throws -> Mail?

    /// Writes down what became of a mail that was taken. One that was refused waits again, for the pause of its number of
    /// tries in seconds, unless nobody would want it by then.
    func settle(_ id: String, _ outcome: MailOutcome, pauses: [Int64], at now: PostgresTimestamp) async throws

    /// Lets others have what this process took and did not send, marks as unknown what anybody took before the given time
    /// and never settled, and ends what nobody wants any more.
    ///
    /// - Returns: what ended, by id.
    func tidy(
        taker: String,
        patience: PostgresTimestamp,
        at now: PostgresTimestamp
    ) async throws -> [(id: String, outcome: MailOutcome)]

    /// Removes what ended before the given time.
    func removeEnded(before: PostgresTimestamp) async throws
}

struct PostgresMailStore: MailStore {
    let database: PostgresClient

    /// The statement that queues a mail; belongs into the transaction of what it tells of.
    static func queue(_ mail: Mail) -> PostgresQuery {
        """
        INSERT INTO mail_queue (id, message_id, recipient, subject, body, due_at, expires_at, created_at)
        VALUES (
            \(mail.id), \(mail.messageID), \(mail.recipient.text), \(mail.subject), \(mail.body), \(mail.createdAt),
            \(mail.expiresAt), \(mail.createdAt)
        )
        """
    }

    func take(by taker: String, at now: PostgresTimestamp) async throws -> Mail? {
        let rows = try await database.write(Self.taking(by: taker, at: now))
        guard let row = rows.first, let recipient = MailAddress(row.string(2)) else { return nil }
        return Mail(
            id: row.string(0),
            messageID: row.string(1),
            recipient: recipient,
            subject: row.string(3),
            body: row.string(4),
            createdAt: row.timestamp(5),
            expiresAt: row.timestamp(6)
        )
    }

    func settle(_ id: String, _ outcome: MailOutcome, pauses: [Int64], at now: PostgresTimestamp) async throws {
        switch outcome {
        case .accepted: try await end(id, "sent", nil, at: now)
        case .unknown(let reason): try await end(id, "unknown", reason, at: now)
        case .refused(isFinal: true, let reason): try await end(id, "failed", reason, at: now)
        case .refused(isFinal: false, let reason):
            // Past its time, the next look ends it.
            _ = try await database.write(
                """
                UPDATE mail_queue SET
                    state = 'waiting', taken_at = NULL, taken_by = NULL, outcome = \(reason),
                    due_at = \(now) + make_interval(secs => (\(pauses))[least(attempts, \(Int32(pauses.count)))])
                WHERE id = \(id) AND state = 'sending'
                """
            )
        }
    }

    private func end(_ id: String, _ state: String, _ reason: String?, at now: PostgresTimestamp) async throws {
        _ = try await database.write(
            """
            UPDATE mail_queue SET
                state = \(state), outcome = \(reason), recipient = NULL, body = NULL, taken_by = NULL, ended_at = \(now)
            WHERE id = \(id) AND state = 'sending'
            """
        )
    }

    func tidy(
        taker: String,
        patience: PostgresTimestamp,
        at now: PostgresTimestamp
    ) async throws -> [(id: String, outcome: MailOutcome)] {
        let rows = try await database.write(Self.tidying(taker: taker, patience: patience, at: now))
        return rows.map { row in
            let outcome: MailOutcome =
                row.bool(1)
                ? .unknown(reason: "the process that took it died")
                : .refused(isFinal: true, reason: "could not be sent in time")
            return (row.string(0), outcome)
        }
    }

    func removeEnded(before: PostgresTimestamp) async throws {
        _ = try await database.write("DELETE FROM mail_queue WHERE ended_at < \(before)")
    }

    // MARK: Statements

    static func taking(by taker: String, at now: PostgresTimestamp) -> PostgresQuery {
        """
        UPDATE mail_queue SET state = 'sending', attempts = attempts + 1, taken_at = \(now), taken_by = \(taker)
        WHERE id = (
            SELECT id FROM mail_queue
            WHERE state = 'waiting' AND due_at <= \(now)
            ORDER BY due_at
            LIMIT 1
            FOR UPDATE SKIP LOCKED
        )
        RETURNING id, message_id, recipient, subject, body, created_at, expires_at
        """
    }

    static func tidying(taker: String, patience: PostgresTimestamp, at now: PostgresTimestamp) -> PostgresQuery {
        """
        WITH given_back AS (
            UPDATE mail_queue SET state = 'waiting', taken_at = NULL, taken_by = NULL
            WHERE state = 'sending' AND taken_by = \(taker)
        ), abandoned AS (
            UPDATE mail_queue SET
                state = 'unknown', outcome = 'abandoned', recipient = NULL, body = NULL, taken_by = NULL,
                ended_at = \(now)
            WHERE state = 'sending' AND taken_by <> \(taker) AND taken_at < \(patience)
            RETURNING id
        ), expired AS (
            UPDATE mail_queue SET
                state = 'failed', outcome = coalesce(outcome, 'expired'), recipient = NULL, body = NULL,
                ended_at = \(now)
            WHERE state = 'waiting' AND expires_at <= \(now)
            RETURNING id
        )
        SELECT id, true FROM abandoned
        UNION ALL
        SELECT id, false FROM expired
        """
    }
}
