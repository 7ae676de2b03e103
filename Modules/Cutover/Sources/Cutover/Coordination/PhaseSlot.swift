import Synchronization

/// One data set's phase in this instance, with the work under way in each epoch.
final class PhaseSlot: Sendable {
    private struct State {
        var behaviour: PhaseBehaviour?
        var epoch = 0
        /// Work under way by the epoch in which it began; none is zero.
        var underWay: [Int: Int] = [:]
    }

    private let state = Mutex(State())
    /// The behaviour in four bits, for those who only look; 0 before it is known.
    private let code = Atomic<UInt8>(0)
    private let backlog = Atomic<Bool>(false)

    var behaviour: PhaseBehaviour? { PhaseBehaviour(code: code.load(ordering: .acquiring)) }
    var hasBacklog: Bool { backlog.load(ordering: .acquiring) }

    /// The newest epoch that all work under way acts upon; `nil` before anything is known.
    var acknowledged: Int? {
        state.withLock { state in
            guard state.behaviour != nil else { return nil }
            return min(state.epoch, state.underWay.keys.min() ?? state.epoch)
        }
    }

    var isDraining: Bool {
        state.withLock { state in state.underWay.keys.contains { $0 < state.epoch } }
    }

    func enter() -> (behaviour: PhaseBehaviour, epoch: Int)? {
        state.withLock { state in
            guard let behaviour = state.behaviour else { return nil }
            state.underWay[state.epoch, default: 0] += 1
            return (behaviour, state.epoch)
        }
    }

    func leave(_ epoch: Int) {
        state.withLock { state in
            let rest = (state.underWay[epoch] ?? 1) - 1
            state.underWay[epoch] = rest == 0 ? nil : rest
        }
    }

    func apply(_ record: PhaseRecord) {
        // Before the phase, so that whoever sees that KV is read also sees what KV lacks.
        backlog.store(record.hasBacklog, ordering: .releasing)
        state.withLock { state in
            guard record.state.epoch >= state.epoch else { return }
            state.epoch = record.state.epoch
            state.behaviour = record.state.behaviour
            code.store(record.state.behaviour.code, ordering: .releasing)
        }
    }
}

extension PhaseBehaviour {
    /// Four bits, never all zero.
    var code: UInt8 {
        let writes: UInt8 =
            switch kvWrites {
            case .atOnce: 1
            case .fromOutbox: 2
            case .noted: 3
            }
        return writes | (reads == .postgres ? 4 : 0) | (writesPostgres ? 8 : 0)
    }

    init?(code: UInt8) {
        switch code & 3 {
        case 1: kvWrites = .atOnce
        case 2: kvWrites = .fromOutbox
        case 3: kvWrites = .noted
        default: return nil
        }
        reads = code & 4 == 0 ? .kv : .postgres
        writesPostgres = code & 8 != 0
    }
}
