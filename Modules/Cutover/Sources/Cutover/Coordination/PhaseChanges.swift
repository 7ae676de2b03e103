public import Kernel
public import Postgres

/// Changes the phase of data sets: what an operator, the watchdog and the coordinator of each instance do.
///
/// Each step is one statement that only takes effect if nobody else has taken one since: two operators at once, or two
/// instances that go on with the same change, cannot both succeed.
public struct PhaseChanges: Sendable {
    let store: PhaseStore
    let evidence: EvidenceStore
    let signals: Signals
    private let hasKV: Bool

    /// By which instances hear that a phase changes.
    static let channel = Signals.Channel("vibe_phases")

    /// - Parameters:
    ///   - signals: must be running, or instances hear of the change when they next look.
    ///   - hasKV: whether there is a KV to go back to.
    public init(database: PostgresClient, signals: Signals, hasKV: Bool) {
        self.hasKV = hasKV
        store = PhaseStore(database: database)
        evidence = EvidenceStore(database: database)
        self.signals = signals
    }

    /// Why a change is wanted.
    public struct Request: Sendable {
        /// Who asks.
        public var actor: String
        public var reason: String?
        /// Not to wait for the gate. Needs a reason.
        public var isForced: Bool

        public init(by actor: String, reason: String? = nil, isForced: Bool = false) {
            self.actor = actor
            self.reason = reason
            self.isForced = isForced
        }
    }

    /// Where to.
    public enum Direction: String, CaseIterable, Sendable {
        case advance, retreat
    }

    /// Gives every data set that has none its first phase, for a command that comes before the first start. Without a KV
    /// it does nothing: a KV that is configured later must find the sets in `kv`.
    public func prepare() async throws {
        if hasKV { try await store.addMissing(hasKV: true) }
    }

    /// Begins a step on or back.
    ///
    /// - Throws: ``PhaseRefusal``, also when somebody else was faster.
    @discardableResult
    public func begin(_ direction: Direction, _ set: DataSetName, _ request: Request) async throws -> PhaseRecord {
        let record = try await store.record(of: set)
        let phase = record.state.phase
        guard record.state.change == nil else { throw PhaseRefusal.changeUnderWay }
        guard let target = direction == .advance ? phase.next : phase.previous else {
            throw PhaseRefusal.endOfTheWay(phase)
        }
        guard direction == .advance || hasKV else { throw PhaseRefusal.noKV }
        let permission: PhaseState.Permission =
            if request.isForced {
                .forced(by: request.actor, reason: request.reason ?? "")
            } else {
                .gate(missing: try await evidence.evidence(for: record).missing(for: target, from: phase))
            }
        return try await move(record, .prepare(target, permission), .prepare, request)
    }

    /// Gives up a change in its first step.
    ///
    /// - Throws: ``PhaseRefusal``.
    @discardableResult
    public func abort(_ set: DataSetName, _ request: Request) async throws -> PhaseRecord {
        try await move(try await store.record(of: set), .abort, .abort, request)
    }

    /// Waits until the change under way is over, and takes its steps, so that it ends also where no instance runs.
    ///
    /// - Returns: the data set; with a change still under way if the time did not suffice.
    public func finish(_ set: DataSetName, within limit: Duration = .seconds(6)) async throws -> PhaseRecord {
        let end = ContinuousClock.now + limit
        while true {
            let record = try await store.record(of: set)
            guard record.state.change != nil, ContinuousClock.now < end else { return record }
            if try await proceed(record) { continue }
            try await Task.sleep(for: .milliseconds(20))
        }
    }

    /// Takes the next step of a change, if all live instances have acknowledged the last one.
    func proceed(_ record: PhaseRecord) async throws -> Bool {
        let next = try record.after(.proceed)
        let action = PhaseAction(name: next.state.change == nil ? .settle : .commit, actor: "service")
        guard try await store.move(record, to: next, needsAcknowledgement: true, action) else { return false }
        signals.send(Self.channel)
        return true
    }

    private func move(
        _ record: PhaseRecord,
        _ event: PhaseState.Event,
        _ name: PhaseAction.Name,
        _ request: Request
    ) async throws -> PhaseRecord {
        let next = try record.after(event)
        let action = PhaseAction(
            name: name,
            actor: request.actor,
            isForced: request.isForced,
            reason: request.reason
        )
        guard try await store.move(record, to: next, needsAcknowledgement: false, action) else {
            throw PhaseRefusal.changeUnderWay
        }
        signals.send(Self.channel)
        return next
    }
}
