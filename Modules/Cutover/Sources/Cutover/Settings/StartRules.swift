import Kernel

/// With which phase a data set begins, and what must stop a start (design, section 8). No I/O.
enum StartRules {
    /// The phase of a data set that has none yet.
    static func initialPhase(of set: DataSetName, hasKV: Bool) -> Phase {
        guard hasKV else { return .postgresOnly }
        return set.phaseKind == .identity ? .postgresReads : .kv
    }

    /// - Throws: `StartFailure`, one line.
    static func check(_ records: [PhaseRecord], hasKV: Bool, identityIsBackfilled: Bool) throws(StartFailure) {
        if hasKV {
            guard identityIsBackfilled else {
                throw StartFailure(
                    "A KV is configured, and identity is not backfilled: run `vibe kv backfill identity`."
                )
            }
        } else if let record = records.first(where: { $0.state.phase != .postgresOnly || $0.state.change != nil }) {
            let phase = record.state.phase.rawValue
            throw StartFailure("The data set \(record.set) is in phase \(phase), and no KV is configured (KV_URL).")
        }
    }

    /// What must be done about a data set that the settings want to be read from Postgres.
    ///
    /// - Returns: whether to begin the step to `postgres_reads`.
    /// - Throws: `StartFailure`, one line with all that the gate waits for.
    static func mustAdvance(_ record: PhaseRecord, missing: [GateRequirement]) throws(StartFailure) -> Bool {
        let state = record.state
        if state.phase >= .postgresReads || state.change?.target == .postgresReads { return false }
        guard state.phase == .dualWrite, state.change == nil, missing.isEmpty else {
            let missing = missing.isEmpty ? "the phase dual_write" : missing.map(\.description).joined(separator: ", ")
            let switchName = record.set.switchName.uppercased()
            throw StartFailure(
                "USE_POSTGRES_\(switchName) is set, and the gate of \(record.set) waits for: \(missing)."
            )
        }
        return true
    }
}
