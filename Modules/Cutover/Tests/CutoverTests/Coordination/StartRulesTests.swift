import Kernel
import Testing

@testable import Cutover

@Suite struct StartRulesTests {
    private func record(_ phase: Phase, _ set: DataSetName = .messages) -> PhaseRecord {
        let state = PhaseState(stored: phase, kind: set.phaseKind, change: nil, epoch: 0, isArchived: false)
        return PhaseRecord(set: set, state: state, bothSince: nil, hasBacklog: false)
    }

    @Test("without a KV all begins in Postgres; with one in KV, but for identity")
    func initialPhases() {
        for set in DataSetName.withPhase {
            #expect(StartRules.initialPhase(of: set, hasKV: false) == .postgresOnly)
            #expect(StartRules.initialPhase(of: set, hasKV: true) == (set == .identity ? .postgresReads : .kv))
        }
    }

    @Test("with a KV, identity must be backfilled; without one, nothing may depend on it")
    func check() throws {
        try StartRules.check([record(.kv)], hasKV: true, identityIsBackfilled: true)
        try StartRules.check([record(.postgresOnly)], hasKV: false, identityIsBackfilled: false)
        for (phase, hasKV) in [(Phase.kv, true), (.kv, false), (.dualWrite, false), (.postgresReads, false)] {
            let failure = #expect(throws: StartFailure.self) {
                try StartRules.check([record(phase)], hasKV: hasKV, identityIsBackfilled: false)
            }
            #expect(failure?.description.contains("\n") == false)
        }
    }

    @Test("what the settings want in Postgres waits for its gate")
    func wanted() throws {
        #expect(try StartRules.mustAdvance(record(.dualWrite), missing: []))
        #expect(try !StartRules.mustAdvance(record(.postgresReads), missing: [.verified]))
        #expect(try !StartRules.mustAdvance(record(.postgresOnly), missing: []))
        for (phase, missing) in [(Phase.kv, []), (.dualWrite, [GateRequirement.verified])] {
            let failure = #expect(throws: StartFailure.self) {
                try StartRules.mustAdvance(record(phase), missing: missing)
            }
            #expect(failure?.description.hasPrefix("USE_POSTGRES_MESSAGES is set") == true)
        }
    }

    @Test("what an instance does fits into four bits and comes out the same")
    func codes() {
        for phase in Phase.allCases { #expect(PhaseBehaviour(code: phase.behaviour.code) == phase.behaviour) }
        #expect(PhaseBehaviour(code: 0) == nil)
    }
}
