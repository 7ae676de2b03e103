/// How far a data set has moved from KV to Postgres (design, section 8).
public enum Phase: String, CaseIterable, Comparable, Sendable {
    /// Reads and writes KV. Postgres only claims ids.
    case kv
    /// Reads KV, writes both.
    case dualWrite = "dual_write"
    /// Reads Postgres, writes both: KV follows through the outbox.
    case postgresReads = "postgres_reads"
    /// Reads and writes Postgres. What KV would need for a retreat is noted, not sent.
    case postgresOnly = "postgres_only"

    /// The next phase on the way to Postgres.
    public var next: Phase? { Phase.allCases.first { $0.order == order + 1 } }

    /// The next phase on the way back.
    public var previous: Phase? { Phase.allCases.first { $0.order == order - 1 } }

    public static func < (one: Phase, other: Phase) -> Bool { one.order < other.order }

    private var order: Int {
        switch self {
        case .kv: 0
        case .dualWrite: 1
        case .postgresReads: 2
        case .postgresOnly: 3
        }
    }
}

/// What an instance does with a data set at a moment.
public struct PhaseBehaviour: Hashable, Sendable {
    /// A place where data is.
    public enum Store: Hashable, Sendable {
        case kv, postgres
    }

    /// How a write reaches KV.
    public enum KVWrites: Hashable, Sendable {
        /// Before the answer.
        case atOnce
        /// From the outbox, soon after the commit.
        case fromOutbox
        /// Noted in the outbox for a retreat.
        case noted
    }

    public let reads: Store
    public let kvWrites: KVWrites
    /// Whether the row itself is written to Postgres, not only the claim of its id.
    public let writesPostgres: Bool

    /// Whether operations that KV does not know are open; while KV is read they answer 409 `not_in_this_phase`.
    public var allowsExtensions: Bool { reads == .postgres }

    /// The stores that hold a write when it is answered.
    public var writesAtOnce: Set<Store> {
        Set((kvWrites == .atOnce ? [Store.kv] : []) + (writesPostgres ? [.postgres] : []))
    }
}

extension Phase {
    /// What an instance does in this phase when nothing changes.
    public var behaviour: PhaseBehaviour {
        switch self {
        case .kv: PhaseBehaviour(reads: .kv, kvWrites: .atOnce, writesPostgres: false)
        case .dualWrite: PhaseBehaviour(reads: .kv, kvWrites: .atOnce, writesPostgres: true)
        case .postgresReads: PhaseBehaviour(reads: .postgres, kvWrites: .fromOutbox, writesPostgres: true)
        case .postgresOnly: PhaseBehaviour(reads: .postgres, kvWrites: .noted, writesPostgres: true)
        }
    }
}
