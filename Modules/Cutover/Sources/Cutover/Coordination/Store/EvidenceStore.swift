public import Postgres

/// What the gates ask for, as Postgres keeps it. Backfill and verification write here what they found.
public struct EvidenceStore: Sendable {
    let database: PostgresClient

    public init(database: PostgresClient) {
        self.database = database
    }

    /// The present epoch of a data set: to be read before a backfill or verification begins. 0 before the first start.
    public func epoch(of set: DataSetName) async throws -> Int {
        try await PhaseStore(database: database).records().first { $0.set == set.phased }?.state.epoch ?? 0
    }

    /// A complete backfill of the data set has ended.
    ///
    /// - Parameter epoch: ``epoch(of:)``, read before it began.
    public func recordBackfill(of set: DataSetName, begunIn epoch: Int) async throws {
        try await database.write(
            """
            INSERT INTO cutover_evidence (data_set, backfilled_in, backfilled_at)
            VALUES (\(set.rawValue), \(Int64(epoch)), clock_timestamp())
            ON CONFLICT (data_set) DO UPDATE
            SET backfilled_in = excluded.backfilled_in, backfilled_at = excluded.backfilled_at
            """
        )
    }

    /// A verification has ended. Only one without unexplained differences opens a gate, and it makes older shadow reads
    /// void.
    ///
    /// - Parameter epoch: ``epoch(of:)``, read before it began.
    public func recordVerification(
        of set: DataSetName,
        begunIn epoch: Int,
        compared: Int,
        unexplained: Int
    ) async throws {
        let verifiedIn = unexplained == 0 ? Int64(epoch) : nil
        try await database.write(
            """
            INSERT INTO cutover_evidence (data_set, verified_in, verified_at, compared, unexplained)
            VALUES (\(set.rawValue), \(verifiedIn), clock_timestamp(), \(Int64(compared)), \(Int64(unexplained)))
            ON CONFLICT (data_set) DO UPDATE
            SET verified_in = excluded.verified_in, verified_at = excluded.verified_at, compared = excluded.compared,
                unexplained = excluded.unexplained, shadow_compared = 0, shadow_unexplained = 0
            """
        )
    }

    /// Adds shadow reads to those since the last verification.
    public func recordShadowReads(of set: DataSetName, compared: Int, unexplained: Int) async throws {
        try await database.write(
            """
            INSERT INTO cutover_evidence AS known (data_set, shadow_compared, shadow_unexplained)
            VALUES (\(set.rawValue), \(Int64(compared)), \(Int64(unexplained)))
            ON CONFLICT (data_set) DO UPDATE
            SET shadow_compared = known.shadow_compared + excluded.shadow_compared,
                shadow_unexplained = known.shadow_unexplained + excluded.shadow_unexplained
            """
        )
    }

    func identityIsBackfilled() async throws -> Bool {
        try await database.read(
            "SELECT FROM cutover_evidence WHERE data_set = 'identity' AND backfilled_in IS NOT NULL"
        ).isEmpty == false
    }

    /// All that is known of a data set and of those that change with it.
    func evidence(for record: PhaseRecord) async throws -> GateEvidence {
        let members = DataSetName.allCases.filter { $0.phased == record.set }.map(\.rawValue)
        let rows = try await database.read(
            """
            SELECT
                EXISTS (SELECT FROM cutover_evidence WHERE data_set = 'identity' AND backfilled_in IS NOT NULL),
                NOT EXISTS (
                    SELECT FROM pg_constraint
                    WHERE contype = 'f' AND NOT convalidated AND connamespace = 'public'::regnamespace
                ),
                (SELECT count(*) FROM cutover_repairs WHERE data_set = ANY (\(members))),
                (SELECT count(*) FROM cutover_copies WHERE data_set = ANY (\(members))),
                coalesce(sum(known.shadow_unexplained), 0)::bigint,
                -- What one of the members lacks, the whole lacks.
                CASE WHEN bool_and(known.backfilled_in IS NOT NULL) THEN min(known.backfilled_in) END,
                CASE WHEN bool_and(known.verified_in IS NOT NULL) THEN min(known.verified_in) END
            FROM unnest(\(members)) AS member (data_set)
            LEFT JOIN cutover_evidence AS known ON known.data_set = member.data_set
            """
        )
        var evidence = GateEvidence()
        evidence.writesBothSince = record.bothSince
        guard let row = rows.first else { return evidence }
        evidence.identityIsBackfilled = row.bool(0)
        evidence.foreignKeysAreValid = row.bool(1)
        evidence.repairQueue = Int(row.int64(2))
        evidence.waitingCopies = Int(row.int64(3))
        evidence.unexplainedShadowReads = Int(row.int64(4))
        evidence.backfilledIn = row.isNull(5) ? nil : Int(row.int64(5))
        evidence.verifiedIn = row.isNull(6) ? nil : Int(row.int64(6))
        return evidence
    }
}
