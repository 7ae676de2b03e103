/// What must be so before a data set goes one step further towards Postgres.
public enum GateRequirement: String, CaseIterable, Hashable, Sendable {
    /// Handles, users, keys and agents are in Postgres.
    case identityBackfilled = "identity is backfilled"
    /// Foreign keys are validated.
    case foreignKeysValid = "foreign keys are validated"
    /// Rows that were in KV before both stores were written are in Postgres.
    case backfilled = "a backfill since writes go to both stores"
    /// All compared records agree, or differ for a reason that is known.
    case verified = "a verification without unexplained differences, since that backfill"
    /// No KV write is of unknown outcome.
    case repairQueueEmpty = "an empty repair queue"
    /// KV holds all that Postgres does.
    case copiesDrained = "no copies to KV waiting"
    /// Shadow reads found no difference that is unexplained.
    case shadowReadsAgree = "shadow reads without unexplained differences"
}

extension GateRequirement: CustomStringConvertible {
    public var description: String { rawValue }
}

/// What is known about a data set when its gate is asked.
public struct GateEvidence: Hashable, Sendable {
    public var identityIsBackfilled = false
    public var foreignKeysAreValid = false
    /// The epoch in which both stores began to be written, without a break since; `nil` while only KV is.
    public var writesBothSince: Int?
    /// The epoch in which the last complete backfill began.
    public var backfilledIn: Int?
    /// The epoch in which the last verification without unexplained differences began.
    public var verifiedIn: Int?
    public var repairQueue = 0
    public var waitingCopies = 0
    public var unexplainedShadowReads = 0

    public init() {}

    /// What is missing for the step to `target`. Steps back need nothing: they must work when things are bad.
    ///
    /// Going on from `kv` a second time needs both the backfill and the verification anew, since KV went its own way
    /// meanwhile: what was done before ``writesBothSince`` does not count.
    public func missing(for target: Phase, from phase: Phase) -> [GateRequirement] {
        guard target > phase else { return [] }
        var missing: [GateRequirement] = []
        func require(_ requirement: GateRequirement, _ isMet: Bool) {
            if !isMet { missing.append(requirement) }
        }
        func isCurrent(_ epoch: Int?) -> Bool {
            guard let epoch, let writesBothSince else { return false }
            return epoch >= writesBothSince
        }
        require(.identityBackfilled, identityIsBackfilled)
        require(.repairQueueEmpty, repairQueue == 0)
        if target >= .postgresReads {
            require(.foreignKeysValid, foreignKeysAreValid)
            require(.backfilled, isCurrent(backfilledIn))
            require(.verified, isCurrent(verifiedIn) && verifiedIn ?? 0 >= backfilledIn ?? 0)
            require(.shadowReadsAgree, unexplainedShadowReads == 0)
        }
        if target == .postgresOnly { require(.copiesDrained, waitingCopies == 0) }
        return missing
    }
}
