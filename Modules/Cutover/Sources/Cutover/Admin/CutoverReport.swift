public import JSONText
public import Postgres

/// How the move stands, as the operator's page and the command show it.
public struct CutoverReport: Sendable {
    private let phases: PhaseStore
    private let evidence: EvidenceStore

    /// Actions shown per data set.
    static let actions = 10

    public init(database: PostgresClient) {
        phases = PhaseStore(database: database)
        evidence = EvidenceStore(database: database)
    }

    /// One data set.
    public struct Entry: Sendable {
        public let record: PhaseRecord
        /// Serving instances, each with the oldest epoch that it acts upon.
        public let instances: [(name: String, epoch: Int)]
        public let evidence: GateEvidence
        /// What the gate of the next phase waits for.
        public let missing: [GateRequirement]
        let actions: [(at: PostgresTimestamp, epoch: Int, PhaseAction)]
    }

    /// All data sets that have a phase of their own.
    public func entries() async throws -> [Entry] {
        var entries: [Entry] = []
        for record in try await phases.records() { entries.append(try await entry(of: record)) }
        return entries
    }

    /// One of them.
    public func entry(of record: PhaseRecord) async throws -> Entry {
        let known = try await evidence.evidence(for: record)
        let phase = record.state.phase
        return Entry(
            record: record,
            instances: try await phases.instances(of: record.set),
            evidence: known,
            missing: phase.next.map { known.missing(for: $0, from: phase) } ?? [],
            actions: try await phases.actions(of: record.set, limit: Self.actions)
        )
    }
}

extension CutoverReport.Entry {
    /// As in the API document.
    public var json: JSON {
        let state = record.state
        return [
            "set": .string(record.set.rawValue),
            "phase": .string(state.phase.rawValue),
            "target": state.change.map { .string($0.target.rawValue) } ?? .null,
            "step": state.change.map { .string($0.step.rawValue) } ?? .null,
            "epoch": .int(state.epoch),
            "archived": .bool(state.isArchived),
            "instances": .array(instances.map { ["instance": .string($0.name), "epoch": .int($0.epoch)] }),
            "waiting_copies": .int(evidence.waitingCopies),
            "repair_queue": .int(evidence.repairQueue),
            "shadow_differences": .int(evidence.unexplainedShadowReads),
            "backfilled_in": evidence.backfilledIn.map { .int($0) } ?? .null,
            "verified_in": evidence.verifiedIn.map { .int($0) } ?? .null,
            "both_since": evidence.writesBothSince.map { .int($0) } ?? .null,
            "gate_waits_for": .array(missing.map { .string($0.description) }),
            "actions": .array(
                actions.map { at, epoch, action in
                    [
                        "at": .timestamp(at.microseconds), "epoch": .int(epoch),
                        "action": .string(action.name.rawValue),
                        "by": .string(action.actor), "forced": .bool(action.isForced),
                        "reason": action.reason.map { .string($0) } ?? .null,
                    ]
                }
            ),
        ]
    }
}
