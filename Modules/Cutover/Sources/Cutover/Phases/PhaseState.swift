/// The phase of a data set with a change under way: the whole state machine, without I/O.
///
/// A change takes two agreed steps. *Prepare*: every instance reads the old store and writes both before it answers.
/// *Commit*: every instance reads the new store and still writes both before it answers. Each step, and the end of the
/// change, is a new epoch, and begins only when every live instance has acknowledged the one before (or its lease has run
/// out, and it answers 503). So two instances are never more than one step apart, and whatever one of them reads holds
/// what the other has answered; a test goes through all states of several instances to show it.
///
/// That the second step still writes both is what makes `dual_write` → `postgres_reads` safe: without it, an instance
/// that already leaves KV to the outbox would answer a write that one which still reads KV does not see.
public struct PhaseState: Hashable, Sendable {
    /// Where a change stands.
    public enum Step: String, Hashable, Sendable {
        case preparing, committing
    }

    /// A change under way.
    public struct Change: Hashable, Sendable {
        public let target: Phase
        public let step: Step
    }

    /// What decides which phases a data set may have.
    public enum Kind: Hashable, Sendable {
        /// Identity: Postgres decides every claim from the beginning.
        case identity
        /// Every other one.
        case ordinary

        /// The phases that it may have.
        public var phases: [Phase] {
            switch self {
            case .identity: [.postgresReads, .postgresOnly]
            case .ordinary: Phase.allCases
            }
        }
    }

    public let kind: Kind
    /// The phase that was last agreed upon by all.
    public private(set) var phase: Phase
    public private(set) var change: Change?
    /// Grows by one with every step.
    public private(set) var epoch: Int
    /// KV was archived: there is no way back to it.
    public private(set) var isArchived: Bool

    /// A data set at rest.
    ///
    /// - Throws: ``PhaseRefusal/notAPhase(_:)``, if this kind has no such phase.
    public init(_ phase: Phase, kind: Kind = .ordinary, epoch: Int = 0, isArchived: Bool = false) throws(PhaseRefusal) {
        guard kind.phases.contains(phase) else { throw .notAPhase(phase) }
        self.kind = kind
        self.phase = phase
        self.epoch = epoch
        self.isArchived = isArchived
    }

    /// A data set as it was stored, with a change under way or without.
    init(stored phase: Phase, kind: Kind, change: Change?, epoch: Int, isArchived: Bool) {
        self.kind = kind
        self.phase = phase
        self.change = change
        self.epoch = epoch
        self.isArchived = isArchived
    }

    /// What an instance does that knows this state.
    public var behaviour: PhaseBehaviour {
        guard let change else { return phase.behaviour }
        let reading = change.step == .preparing ? phase : change.target
        return PhaseBehaviour(reads: reading.behaviour.reads, kvWrites: .atOnce, writesPostgres: true)
    }

    /// What an operator, a watchdog or the change itself does.
    public enum Event: Hashable, Sendable {
        /// Begins a change.
        case prepare(Phase, Permission)
        /// Goes on with the change under way: to its second step, or to its end. Only when every live instance has
        /// acknowledged the present epoch (``InstanceLease/allFollow(_:epoch:now:)``).
        case proceed
        /// Gives up a change in its first step.
        case abort
        /// The KV was archived.
        case archive
    }

    /// Why a change may begin.
    public enum Permission: Hashable, Sendable {
        /// Nothing is missing: the gate's report on this very change.
        case gate(missing: [GateRequirement])
        /// An operator's word.
        case forced(by: String, reason: String)
    }

    /// The state after the event; this one stays as it is.
    ///
    /// - Throws: ``PhaseRefusal``.
    public func after(_ event: Event) throws(PhaseRefusal) -> PhaseState {
        var state = self
        switch event {
        case .prepare(let target, let permission):
            guard change == nil else { throw .changeUnderWay }
            guard kind.phases.contains(target) else { throw .notAPhase(target) }
            guard target == phase.next || target == phase.previous else { throw .notOneStep(from: phase, to: target) }
            guard target > phase || !isArchived else { throw .archived }
            try permission.check()
            state.change = Change(target: target, step: .preparing)
        case .proceed:
            guard let change else { throw .noChange }
            switch change.step {
            case .preparing:
                state.change = Change(target: change.target, step: .committing)
            case .committing:
                state.phase = change.target
                state.change = nil
            }
        case .abort:
            guard let change else { throw .noChange }
            guard change.step == .preparing else { throw .tooLateToAbort }
            state.change = nil
        case .archive:
            guard change == nil else { throw .changeUnderWay }
            guard phase == .postgresOnly else { throw .archivesOnlyWhatIsMoved(phase) }
            guard !isArchived else { throw .archived }
            state.isArchived = true
        }
        state.epoch += 1
        return state
    }
}

extension PhaseState.Permission {
    fileprivate func check() throws(PhaseRefusal) {
        switch self {
        case .gate(let missing):
            guard missing.isEmpty else { throw .gateClosed(missing) }
        case .forced(let name, let reason):
            guard [name, reason].allSatisfy({ $0.contains { !$0.isWhitespace } }) else {
                throw .forceNeedsNameAndReason
            }
        }
    }
}

/// Why a phase does not change.
public enum PhaseRefusal: Error, Hashable, Sendable {
    case changeUnderWay
    case noChange
    case notAPhase(Phase)
    case notOneStep(from: Phase, to: Phase)
    case endOfTheWay(Phase)
    case noKV
    case archived
    case archivesOnlyWhatIsMoved(Phase)
    case tooLateToAbort
    case gateClosed([GateRequirement])
    case forceNeedsNameAndReason
}

extension PhaseRefusal: CustomStringConvertible {
    /// One line for an operator.
    public var description: String {
        switch self {
        case .changeUnderWay: "a change of phase is under way"
        case .noChange: "no change of phase is under way"
        case .notAPhase(let phase): "this data set has no phase \(phase.rawValue)"
        case .notOneStep(let from, let to): "from \(from.rawValue) to \(to.rawValue) is not one step"
        case .endOfTheWay(let phase): "there is no phase beyond \(phase.rawValue)"
        case .noKV: "no KV is configured (KV_URL): there is nothing to go back to"
        case .archived: "the KV is archived: there is no way back to it"
        case .archivesOnlyWhatIsMoved(let phase): "the KV is still needed in \(phase.rawValue)"
        case .tooLateToAbort: "the change is past its first step: let it end, then go back"
        case .gateClosed(let missing): "the gate waits for: \(missing.map(\.description).joined(separator: ", "))"
        case .forceNeedsNameAndReason: "forcing a change needs a name and a reason"
        }
    }
}
