/// A client's state at one moment.
public struct PostgresHealth: Hashable, Sendable {
    /// Connections ready for use, lent out ones included.
    public var connectionsOpen = 0

    /// Statements and leases waiting for a connection.
    public var waiting = 0

    /// Whether a connection is open, and the last attempt to make one succeeded.
    public var isReachable = false

    /// Why the last attempt to connect failed, or the last connection broke; `nil` once a connection was made again.
    public var lastError: String?

    /// Nothing is open yet.
    public init() {}
}
