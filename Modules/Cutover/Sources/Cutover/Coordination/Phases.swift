import HTTPTypes
public import Kernel
import Synchronization

/// What this instance does with each data set at this moment. Every phased store asks it on each request.
///
///     try await phases.perform(.messages, .write) { permit in
///         … permit.behaviour.kvWrites …
///     }
public final class Phases: Sendable {
    private let slots: [DataSetName: PhaseSlot]
    private let lease: LeaseClock
    let meter: CutoverMeter

    init(lease: LeaseClock = LeaseClock(), meter: CutoverMeter = CutoverMeter()) {
        slots = Dictionary(uniqueKeysWithValues: DataSetName.withPhase.map { ($0, PhaseSlot()) })
        self.lease = lease
        self.meter = meter
    }

    /// Phases that never change: where there is no KV.
    public static func fixed(_ phase: Phase = .postgresOnly) -> Phases {
        let phases = Phases()
        for (set, slot) in phases.slots {
            let state = PhaseState(stored: phase, kind: set.phaseKind, change: nil, epoch: 0, isArchived: false)
            slot.apply(PhaseRecord(set: set, state: state, bothSince: 0, hasBacklog: false))
        }
        phases.lease.extend(until: .max)
        return phases
    }

    /// What to do now, at the cost of two atomic loads and a look at the clock. For requests that decide once and are
    /// done; what goes on to write uses ``perform(_:_:_:)``, which a change of phase waits for.
    ///
    /// - Throws: 503 `phase_unknown` while the lease cannot be renewed.
    public func current(_ set: DataSetName) throws(APIError) -> PhaseBehaviour {
        guard lease.isValid, let behaviour = slot(set).behaviour else { throw .phaseUnknown(set) }
        return behaviour
    }

    /// Refuses what KV does not know while KV is read.
    ///
    /// - Throws: 409 `not_in_this_phase`; 503 as ``current(_:)``.
    public func requireExtension(_ set: DataSetName) throws(APIError) {
        guard try current(set).allowsExtensions else { throw .notInThisPhase(set) }
    }

    /// Whether copies to KV may still be waiting: after a retreat, such entities are read from Postgres.
    public func hasBacklog(_ set: DataSetName) -> Bool { slot(set).hasBacklog }

    /// Runs a request's work on a data set. A change of phase goes on only when it has ended, and what it costs and
    /// whether it fails is what the watchdog looks at.
    ///
    /// - Throws: 503 `phase_unknown` while the lease cannot be renewed; what `body` throws.
    public nonisolated(nonsending) func perform<Result>(
        _ set: DataSetName,
        _ use: DataSetUse,
        _ body: (PhasePermit) async throws -> Result
    ) async throws -> Result {
        let slot = slot(set)
        guard lease.isValid, let entry = slot.enter() else { throw APIError.phaseUnknown(set) }
        defer { slot.leave(entry.epoch) }
        let permit = PhasePermit(set: set, behaviour: entry.behaviour, epoch: entry.epoch, lease: lease)
        let start = ContinuousClock.now
        do {
            let result = try await body(permit)
            meter.record(set, use, took: ContinuousClock.now - start, failed: false)
            return result
        } catch {
            // What the client did wrong is no failure.
            let isRefusal = ((error as? APIError)?.status.code).map { $0 < 500 } ?? (error is CancellationError)
            meter.record(set, use, took: ContinuousClock.now - start, failed: !isRefusal)
            throw error
        }
    }

    // MARK: For the coordinator

    /// The newest epoch that all requests under way act upon, by data set.
    var acknowledged: [DataSetName: Int] { slots.compactMapValues(\.acknowledged) }

    /// Whether requests of an epoch before the present one are still under way.
    var isDraining: Bool { slots.values.contains { $0.isDraining } }

    /// Acts upon what was read together with a renewed lease.
    func apply(_ records: [PhaseRecord], until end: ContinuousClock.Instant) {
        for record in records { slots[record.set]?.apply(record) }
        lease.extend(until: lease.nanoseconds(end))
    }

    private func slot(_ set: DataSetName) -> PhaseSlot {
        guard let slot = slots[set.phased] else { preconditionFailure("every data set has a slot") }
        return slot
    }
}

/// What a request does with a data set.
public enum DataSetUse: Sendable, Hashable {
    case read, write
}

/// What a piece of work may do, for as long as it lasts.
public struct PhasePermit: Sendable {
    public let set: DataSetName
    public let behaviour: PhaseBehaviour
    public let epoch: Int
    let lease: LeaseClock

    /// To be called right before what cannot be taken back: the write to KV, the commit. Work that took longer than the
    /// lease may have been overtaken by a change of phase.
    ///
    /// - Throws: 503 `phase_unknown`.
    public func check() throws(APIError) {
        guard lease.isValid else { throw .phaseUnknown(set) }
    }
}

/// Until when this instance may serve: one lease for all data sets.
final class LeaseClock: Sendable {
    private let origin = ContinuousClock.now
    /// Nanoseconds since `origin`.
    private let end = Atomic<Int64>(.min)

    var isValid: Bool { nanoseconds(.now) < end.load(ordering: .acquiring) }

    func extend(until nanoseconds: Int64) {
        end.store(nanoseconds, ordering: .releasing)
    }

    func nanoseconds(_ instant: ContinuousClock.Instant) -> Int64 {
        let (seconds, attoseconds) = (instant - origin).components
        return seconds * 1_000_000_000 + attoseconds / 1_000_000_000
    }
}

extension APIError {
    /// This instance does not know the phase for certain.
    static func phaseUnknown(_ set: DataSetName) -> APIError {
        APIError(
            .serviceUnavailable,
            code: "phase_unknown",
            error: "storage_error",
            "The service is moving its data (\(set)). Try again in a moment.",
            retryAfter: 1
        )
    }

    /// The operation is one that KV, which is being read, does not know.
    static func notInThisPhase(_ set: DataSetName) -> APIError {
        APIError(
            .conflict,
            code: "not_in_this_phase",
            "This is not possible while the service is moving its data (\(set))."
        )
    }
}
