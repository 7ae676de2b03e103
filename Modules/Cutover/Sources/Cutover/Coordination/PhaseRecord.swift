/// A data set's phase as Postgres keeps it.
public struct PhaseRecord: Hashable, Sendable {
    public let set: DataSetName
    public var state: PhaseState
    /// The epoch since which both stores have been written without a break; `nil` while only KV is.
    public var bothSince: Int?
    /// Whether copies to KV are waiting.
    public var hasBacklog: Bool

    /// The record after the event.
    ///
    /// Both stores count as written from the second step on: only then has every instance acknowledged the first one.
    ///
    /// - Throws: ``PhaseRefusal``.
    func after(_ event: PhaseState.Event) throws(PhaseRefusal) -> PhaseRecord {
        var record = self
        record.state = try state.after(event)
        if record.state.change == nil, record.state.phase == .kv {
            record.bothSince = nil
        } else if record.state.change?.step != .preparing, bothSince == nil {
            record.bothSince = record.state.epoch
        }
        return record
    }
}

/// A step that was taken, for the log of actions.
public struct PhaseAction: Hashable, Sendable {
    /// What was done.
    public enum Name: String, Hashable, Sendable {
        case prepare, commit, settle, abort, archive
    }

    public var name: Name
    /// A person, or the part of the service that acts by itself.
    public var actor: String
    public var isForced = false
    public var reason: String?
}
