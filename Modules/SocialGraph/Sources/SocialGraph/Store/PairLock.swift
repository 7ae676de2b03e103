import Postgres

extension OrderedPair {
    /// Makes everybody who changes more than one row between these two wait for each other, so that two who act at the
    /// same moment see what the other did and cannot lock each other out. Held to the end of the transaction.
    var lock: PostgresQuery {
        let pair = sorted[0]
        return "SELECT pg_advisory_xact_lock(\(Self.lockSpace), hashtext(\(pair.from + ":" + pair.to)))"
    }

    /// The first of the lock's two numbers: those of pairs, "SGPL" in ASCII.
    private static let lockSpace: Int32 = 0x5347_504C
}
