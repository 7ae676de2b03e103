import Testing

@testable import Cutover

@Suite struct PhaseTests {
    private let open = PhaseState.Permission.gate(missing: [])

    /// Every state that can be reached from the given one, without regard to epochs.
    private func reachable(from start: PhaseState) -> Set<PhaseState> {
        var found: Set<PhaseState> = []
        var waiting = [start]
        while let state = waiting.popLast() {
            guard let normal = try? state.withEpoch(0), found.insert(normal).inserted else { continue }
            for event in events { if let next = try? normal.after(event) { waiting.append(next) } }
        }
        return found
    }

    private var events: [PhaseState.Event] {
        Phase.allCases.map { .prepare($0, open) } + [.proceed, .abort, .archive]
    }

    @Test("exactly the legal transitions are possible, in every state")
    func everyTransition() throws {
        let states = reachable(from: try PhaseState(.kv))
        // Four phases at rest, three neighbouring pairs in both directions with two steps each, the archived one.
        #expect(states.count == 4 + 3 * 2 * 2 + 1)
        var legal: Set<String> = []
        for state in states {
            for event in events {
                guard let next = try? state.after(event) else { continue }
                #expect(next.epoch == state.epoch + 1)
                legal.insert("\(name(state)) \(name(event)) \(name(next))")
            }
        }
        var expected: Set<String> = ["postgres_only archive postgres_only!"]
        for (from, to) in [("kv", "dual_write"), ("dual_write", "postgres_reads"), ("postgres_reads", "postgres_only")]
        {
            for (from, to) in [(from, to), (to, from)] {
                expected.insert("\(from) prepare(\(to)) \(from)>preparing>\(to)")
                expected.insert("\(from)>preparing>\(to) proceed \(from)>committing>\(to)")
                expected.insert("\(from)>preparing>\(to) abort \(from)")
                expected.insert("\(from)>committing>\(to) proceed \(to)")
            }
        }
        #expect(legal == expected)
    }

    private func name(_ state: PhaseState) -> String {
        let change = state.change.map { ">\($0.step.rawValue)>\($0.target.rawValue)" } ?? ""
        return state.phase.rawValue + change + (state.isArchived ? "!" : "")
    }

    private func name(_ event: PhaseState.Event) -> String {
        switch event {
        case .prepare(let phase, _): "prepare(\(phase.rawValue))"
        case .proceed: "proceed"
        case .abort: "abort"
        case .archive: "archive"
        }
    }

    @Test("whatever instances are a step apart, each reads what the others have answered", arguments: [2, 3])
    func instancesAgree(count: Int) throws {
        /// The state as it is stored, and the one each instance acts upon; `nil` for one that lost its lease.
        struct World: Hashable {
            var stored: PhaseState
            var known: [PhaseState?]
        }
        let start = try PhaseState(.kv)
        var seen: Set<World> = []
        var waiting = [World(stored: start, known: Array(repeating: start, count: count))]
        while let world = waiting.popLast() {
            // Epochs grow without end, and only their differences matter.
            let base = world.stored.epoch
            let normal = World(
                stored: try world.stored.withEpoch(100),
                known: try world.known.map { known in try known.map { try $0.withEpoch(100 + $0.epoch - base) } }
            )
            guard seen.insert(normal).inserted else { continue }
            let serving = normal.known.compactMap(\.self)
            for reader in serving {
                for writer in serving {
                    #expect(
                        writer.behaviour.writesAtOnce.contains(reader.behaviour.reads),
                        "\(name(reader)) does not see what \(name(writer)) answered"
                    )
                }
            }
            for index in normal.known.indices {
                var next = normal
                // It hears of the present state, or starts with it; or it loses its lease.
                next.known[index] = normal.stored
                waiting.append(next)
                next.known[index] = nil
                waiting.append(next)
            }
            let allFollow = serving.allSatisfy { $0.epoch >= normal.stored.epoch }
            for event in events where allFollow {
                guard let stored = try? normal.stored.after(event) else { continue }
                waiting.append(World(stored: stored, known: normal.known))
            }
        }
        #expect(seen.count > 100)
    }

    @Test("identity never serves from KV")
    func identity() throws {
        #expect(throws: PhaseRefusal.notAPhase(.kv)) { try PhaseState(.kv, kind: .identity) }
        let states = reachable(from: try PhaseState(.postgresReads, kind: .identity))
        #expect(Set(states.map(\.phase)) == [.postgresReads, .postgresOnly])
        #expect(states.allSatisfy { $0.behaviour.reads == .postgres })
        #expect(throws: PhaseRefusal.notAPhase(.dualWrite)) {
            try PhaseState(.postgresReads, kind: .identity).after(.prepare(.dualWrite, open))
        }
    }

    @Test("a closed gate, or force without name or reason, begins nothing")
    func permissions() throws {
        let state = try PhaseState(.kv)
        #expect(throws: PhaseRefusal.gateClosed([.verified])) {
            try state.after(.prepare(.dualWrite, .gate(missing: [.verified])))
        }
        for (name, reason) in [("", "x"), ("x", ""), (" \n", "x"), ("x", "\t")] {
            #expect(throws: PhaseRefusal.forceNeedsNameAndReason) {
                try state.after(.prepare(.dualWrite, .forced(by: name, reason: reason)))
            }
        }
        let forced = try state.after(.prepare(.dualWrite, .forced(by: "ada", reason: "drill")))
        #expect(forced.change?.target == .dualWrite)
        // Force skips the gate, not the rules.
        #expect(throws: PhaseRefusal.notOneStep(from: .kv, to: .postgresReads)) {
            try state.after(.prepare(.postgresReads, .forced(by: "ada", reason: "drill")))
        }
    }

    @Test("what KV does not know is open only while Postgres is read")
    func extensions() {
        #expect(Phase.allCases.filter(\.behaviour.allowsExtensions) == [.postgresReads, .postgresOnly])
    }

    @Test("a change goes on when all follow or are silent for long enough")
    func leases() {
        let now = ContinuousClock.now
        func lease(_ epoch: Int, _ left: Duration) -> InstanceLease {
            InstanceLease(instance: "i", epoch: epoch, expires: now + left)
        }
        #expect(InstanceLease.allFollow([], epoch: 5, now: now))
        #expect(InstanceLease.allFollow([lease(5, .seconds(1)), lease(6, .seconds(1))], epoch: 5, now: now))
        #expect(!InstanceLease.allFollow([lease(5, .seconds(1)), lease(4, .seconds(1))], epoch: 5, now: now))
        #expect(InstanceLease.allFollow([lease(5, .seconds(1)), lease(4, .zero)], epoch: 5, now: now))
    }

    @Test("names are those of the settings")
    func names() {
        #expect(Phase.allCases.map(\.rawValue) == ["kv", "dual_write", "postgres_reads", "postgres_only"])
        #expect(Phase.allCases == Phase.allCases.sorted())
        #expect(Phase.kv.previous == nil && Phase.postgresOnly.next == nil)
    }
}

extension PhaseState {
    fileprivate func withEpoch(_ epoch: Int) throws -> PhaseState {
        var state = try PhaseState(phase, kind: kind, epoch: epoch, isArchived: isArchived)
        if let change {
            // A change is where its events lead; those count on from an epoch as much smaller.
            let steps = change.step == .preparing ? 1 : 2
            state = try PhaseState(phase, kind: kind, epoch: epoch - steps, isArchived: isArchived)
                .after(.prepare(change.target, .gate(missing: [])))
            if steps == 2 { state = try state.after(.proceed) }
        }
        return state
    }
}
