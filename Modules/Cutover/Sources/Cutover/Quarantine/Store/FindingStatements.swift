import Postgres

/// The rows of the quarantine.
enum FindingStatements {
    /// Adds those that are not there yet.
    static func insertion(of findings: [Finding], in set: DataSetName) -> PostgresQuery {
        """
        INSERT INTO backfill_findings (data_set, outcome, reason, source, place, value)
        SELECT \(set.rawValue), outcome, reason, source, place, value
        FROM unnest(
            \(findings.map(\.outcome.rawValue)), \(findings.map(\.reason)), \(findings.map(\.source)),
            \(findings.map { Int32(clamping: $0.place) }), \(findings.map(\.value))
        ) AS found (outcome, reason, source, place, value)
        ON CONFLICT DO NOTHING
        """
    }

    /// How often each reason was found, by data set.
    static func summary(of sets: [DataSetName]) -> PostgresQuery {
        """
        SELECT data_set, outcome, reason, count(*)
        FROM backfill_findings
        WHERE data_set = ANY (\(sets.map(\.rawValue)))
        GROUP BY data_set, outcome, reason
        ORDER BY data_set, outcome, reason
        """
    }
}
