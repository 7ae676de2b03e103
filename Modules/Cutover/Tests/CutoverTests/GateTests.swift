import Testing

@testable import Cutover

@Suite struct GateTests {
    private var complete: GateEvidence {
        var evidence = GateEvidence()
        evidence.identityIsBackfilled = true
        evidence.foreignKeysAreValid = true
        evidence.writesBothSince = 3
        evidence.backfilledIn = 3
        evidence.verifiedIn = 4
        return evidence
    }

    private let steps: [(Phase, Phase)] = [
        (.kv, .dualWrite), (.dualWrite, .postgresReads), (.postgresReads, .postgresOnly),
    ]

    @Test("complete evidence opens every gate; none keeps anybody from going back")
    func openGates() {
        for (from, to) in steps {
            #expect(complete.missing(for: to, from: from) == [])
            #expect(GateEvidence().missing(for: from, from: to) == [])
            #expect(GateEvidence().missing(for: to, from: from) != [])
        }
    }

    @Test("each flaw closes the gates that it concerns", arguments: GateRequirement.allCases)
    func flaws(requirement: GateRequirement) {
        var evidence = complete
        let concerned: [Phase]
        switch requirement {
        case .identityBackfilled:
            (evidence.identityIsBackfilled, concerned) = (false, [.dualWrite, .postgresReads, .postgresOnly])
        case .repairQueueEmpty: (evidence.repairQueue, concerned) = (1, [.dualWrite, .postgresReads, .postgresOnly])
        case .foreignKeysValid: (evidence.foreignKeysAreValid, concerned) = (false, [.postgresReads, .postgresOnly])
        case .backfilled: (evidence.backfilledIn, concerned) = (2, [.postgresReads, .postgresOnly])
        case .verified: (evidence.verifiedIn, concerned) = (nil, [.postgresReads, .postgresOnly])
        case .shadowReadsAgree: (evidence.unexplainedShadowReads, concerned) = (1, [.postgresReads, .postgresOnly])
        case .copiesDrained: (evidence.waitingCopies, concerned) = (1, [.postgresOnly])
        }
        for (from, to) in steps {
            #expect(evidence.missing(for: to, from: from) == (concerned.contains(to) ? [requirement] : []))
        }
    }

    @Test("after a return to kv, what was verified before does not count")
    func secondAdvance() {
        var evidence = complete
        evidence.writesBothSince = nil
        #expect(evidence.missing(for: .postgresReads, from: .dualWrite) == [.backfilled, .verified])
        evidence.writesBothSince = 9
        #expect(evidence.missing(for: .postgresReads, from: .dualWrite) == [.backfilled, .verified])
        evidence.backfilledIn = 9
        #expect(evidence.missing(for: .postgresReads, from: .dualWrite) == [.verified])
        evidence.verifiedIn = 9
        #expect(evidence.missing(for: .postgresReads, from: .dualWrite) == [])
        // A verification tells nothing about the backfill after it.
        evidence.backfilledIn = 10
        #expect(evidence.missing(for: .postgresReads, from: .dualWrite) == [.verified])
    }
}
