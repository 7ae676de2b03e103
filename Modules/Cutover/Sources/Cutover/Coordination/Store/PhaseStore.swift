import Postgres

/// Phases, leases and the log of actions in Postgres. Its clock measures every lease.
struct PhaseStore: Sendable {
    let database: PostgresClient

    /// Gives every data set that has none its first phase.
    func addMissing(hasKV: Bool) async throws {
        let phases = DataSetName.withPhase.map { ($0, StartRules.initialPhase(of: $0, hasKV: hasKV)) }
        let sinceBeginning = phases.map { $0.1 > .kv }
        try await database.write(
            """
            INSERT INTO cutover_phases (data_set, phase, both_since)
            SELECT data_set, phase, CASE WHEN writes_both THEN 0 END
            FROM unnest(\(phases.map { $0.0.rawValue }), \(phases.map { $0.1.rawValue }), \(sinceBeginning))
                AS added (data_set, phase, writes_both)
            ON CONFLICT (data_set) DO NOTHING
            """
        )
    }

    /// All data sets, in the order in which they leave KV.
    func records() async throws -> [PhaseRecord] {
        try PhaseStore.decode(try await database.read(PhaseStore.select(isShared: false)))
    }

    func record(of set: DataSetName) async throws -> PhaseRecord {
        guard let record = try await records().first(where: { $0.set == set.phased }) else {
            throw UnknownDataSet(name: set.rawValue)
        }
        return record
    }

    /// Extends the lease of an instance, and reads the phases that it must act upon to use it.
    ///
    /// The lock on the phases keeps a step from being taken between the reading and the commit: whoever takes one
    /// afterwards sees this lease.
    ///
    /// - Parameter epochs: the newest epoch that all requests of the instance act upon, by data set; without one the
    ///   instance is new and acts upon what it reads.
    func renew(_ instance: String, epochs: [DataSetName: Int]) async throws -> [PhaseRecord] {
        let sets = Array(epochs.keys)
        let results = try await database.write([
            "SELECT set_config('synchronous_commit', 'off', true)",
            PhaseStore.select(isShared: true),
            """
            INSERT INTO cutover_instances AS lease (instance, data_set, epoch, expires_at)
            SELECT \(instance), phases.data_set, coalesce(known.epoch, phases.epoch),
                clock_timestamp() + \(InstanceLease.duration.seconds) * interval '1 second'
            FROM cutover_phases AS phases
            LEFT JOIN unnest(\(sets.map(\.rawValue)), \(sets.map { Int64(epochs[$0] ?? 0) })) AS known (data_set, epoch)
                ON known.data_set = phases.data_set
            ON CONFLICT (instance, data_set) DO UPDATE
            SET epoch = excluded.epoch, expires_at = excluded.expires_at
            """,
        ])
        return try PhaseStore.decode(results[1])
    }

    /// Takes back the leases of an instance that serves no more.
    func release(_ instance: String) async throws {
        try await database.write("DELETE FROM cutover_instances WHERE instance = \(instance)")
    }

    /// Forgets instances that have long been gone.
    func sweep() async throws {
        try await database.write(
            "DELETE FROM cutover_instances WHERE expires_at < clock_timestamp() - interval '1 minute'"
        )
    }

    /// Takes a step, unless somebody else took one, and writes it down.
    ///
    /// - Parameter needsAcknowledgement: only if no live instance acts upon an epoch before that of `old`.
    /// - Returns: whether it was taken.
    func move(
        _ old: PhaseRecord,
        to new: PhaseRecord,
        needsAcknowledgement: Bool,
        _ action: PhaseAction
    ) async throws -> Bool {
        let set = old.set.rawValue
        let rows = try await database.write(
            """
            WITH moved AS (
                UPDATE cutover_phases
                SET phase = \(new.state.phase.rawValue), target = \(new.state.change?.target.rawValue),
                    step = \(new.state.change?.step.rawValue), epoch = \(Int64(new.state.epoch)),
                    is_archived = \(new.state.isArchived), both_since = \(new.bothSince.map(Int64.init)),
                    changed_at = clock_timestamp()
                WHERE data_set = \(set) AND epoch = \(Int64(old.state.epoch)) AND NOT (
                    \(needsAcknowledgement) AND EXISTS (
                        SELECT FROM cutover_instances AS lease
                        WHERE lease.data_set = \(set) AND lease.epoch < \(Int64(old.state.epoch))
                            AND lease.expires_at > clock_timestamp()
                    )
                )
                RETURNING data_set, phase, target, epoch
            )
            INSERT INTO cutover_actions (data_set, actor, action, phase, target, epoch, is_forced, reason)
            SELECT data_set, \(action.actor), \(action.name.rawValue), phase, target, epoch, \(action.isForced),
                \(action.reason)
            FROM moved
            RETURNING id
            """
        )
        return rows.count == 1
    }

    /// The instances that hold a lease, with the oldest epoch that each acts upon.
    func instances(of set: DataSetName) async throws -> [(name: String, epoch: Int)] {
        try await database.read(
            """
            SELECT instance, epoch
            FROM cutover_instances
            WHERE data_set = \(set.phased.rawValue) AND expires_at > clock_timestamp()
            ORDER BY instance
            """
        ).map { (try $0.decode(String.self, 0), Int($0.int64(1))) }
    }

    /// The last steps, newest first.
    func actions(of set: DataSetName, limit: Int) async throws -> [(at: PostgresTimestamp, epoch: Int, PhaseAction)] {
        try await database.read(
            """
            SELECT at, epoch, action, actor, is_forced, reason
            FROM cutover_actions
            WHERE data_set = \(set.phased.rawValue)
            ORDER BY id DESC
            LIMIT \(Int64(limit))
            """
        ).compactMap { row in
            guard let name = PhaseAction.Name(rawValue: try row.decode(String.self, 2)) else { return nil }
            let action = PhaseAction(
                name: name,
                actor: try row.decode(String.self, 3),
                isForced: row.bool(4),
                reason: try row.decode(String?.self, 5)
            )
            return (row.timestamp(0), Int(row.int64(1)), action)
        }
    }

    private static func select(isShared: Bool) -> PostgresQuery {
        """
        SELECT data_set, phase, target, step, epoch, is_archived, both_since,
            EXISTS (SELECT FROM cutover_copies AS copies WHERE copies.data_set = cutover_phases.data_set)
        FROM cutover_phases
        ORDER BY data_set
        \(unescaped: isShared ? "FOR SHARE OF cutover_phases" : "")
        """
    }

    private static func decode(_ rows: PostgresRows) throws -> [PhaseRecord] {
        let records = try rows.compactMap { row -> PhaseRecord? in
            // A set of a later version is none of ours.
            guard let set = DataSetName(rawValue: try row.decode(String.self, 0)),
                let phase = Phase(rawValue: try row.decode(String.self, 1))
            else { return nil }
            var change: PhaseState.Change?
            if let target = try row.decode(String?.self, 2).flatMap(Phase.init),
                let step = try row.decode(String?.self, 3).flatMap(PhaseState.Step.init)
            {
                change = PhaseState.Change(target: target, step: step)
            }
            return PhaseRecord(
                set: set,
                state: PhaseState(
                    stored: phase,
                    kind: set.phaseKind,
                    change: change,
                    epoch: Int(row.int64(4)),
                    isArchived: row.bool(5)
                ),
                bothSince: row.isNull(6) ? nil : Int(row.int64(6)),
                hasBacklog: row.bool(7)
            )
        }
        let order = DataSetName.withPhase
        return records.sorted { order.firstIndex(of: $0.set) ?? 0 < order.firstIndex(of: $1.set) ?? 0 }
    }
}

/// A data set that Postgres has no phase of: the service has never been started with it.
struct UnknownDataSet: Error, CustomStringConvertible {
    let name: String
    var description: String { "The data set \(name) has no phase yet." }
}

extension Duration {
    /// Seconds, with fractions.
    var seconds: Double { Double(components.seconds) + Double(components.attoseconds) / 1e18 }
}
