/// How a transaction is begun.
public struct PostgresTransactionOptions: Hashable, Sendable {
    /// What a transaction sees of others that run at the same time.
    public enum Isolation: String, Hashable, Sendable {
        /// Each statement sees what was committed before it began. The server's default.
        case readCommitted = "READ COMMITTED"
        /// All statements see what was committed before the first one began.
        case repeatableRead = "REPEATABLE READ"
        /// As if transactions ran one after the other; they may fail as `serializationFailure`.
        case serializable = "SERIALIZABLE"
    }

    /// The isolation; `nil`: as the server is set.
    public var isolation: Isolation?

    /// Whether writes are refused.
    public var isReadOnly: Bool

    /// Options; by default those of the server.
    public init(isolation: Isolation? = nil, isReadOnly: Bool = false) {
        self.isolation = isolation
        self.isReadOnly = isReadOnly
    }

    var beginStatement: String {
        var sql = "BEGIN"
        if let isolation { sql += " ISOLATION LEVEL \(isolation.rawValue)" }
        if isReadOnly { sql += " READ ONLY" }
        return sql
    }
}
