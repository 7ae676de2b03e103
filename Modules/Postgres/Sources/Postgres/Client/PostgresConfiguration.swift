/// Where the database is, and how a client uses it.
public struct PostgresConfiguration: Sendable {
    /// Where statements go: a URL (`postgres://user@host/database?sslmode=require`) or a `key=value` text, with all of
    /// libpq's parameters. A Unix socket is `?host=/folder`.
    public let url: String

    /// Where LISTEN, ``PostgresClient/withConnection(_:)`` and migrations go, past a pooler; `nil`: to `url`.
    public let directURL: String?

    /// Connections that reads share.
    public var readConnections = 3

    /// Reads in flight on one connection, at most: what a slow one can hold up.
    public var readDepth = 16

    /// Connections for writes. Commits of one connection are serial; many connections commit as a group.
    public var writeConnections = 8

    /// Writes in flight on one connection, at most.
    public var writeDepth = 1

    /// Connections lent out at the same time to transactions, and as many again to
    /// ``PostgresClient/withConnection(_:)`` if `directURL` is set.
    public var leaseConnections = 4

    /// Whether statements are prepared under names. `false` behind PgBouncer in transaction mode, which (before 1.21)
    /// knows no names: statements then travel whole each time, and LISTEN needs `directURL`.
    public var preparedStatements = true

    /// Prepared statements kept on one connection; the least recently used one goes first.
    public var preparedStatementLimit = 512

    /// How long making one connection may take.
    public var connectTimeout: Duration = .seconds(5)

    /// How long a statement may take, waiting included, if the call does not say. Statements on leased connections are
    /// only limited by the call.
    public var statementDeadline: Duration = .seconds(15)

    /// Statements and leases that may wait for a connection; one more fails at once as `unavailable`.
    public var queueLimit = 10_000

    /// How long a statement or a lease may wait for a connection before it fails as `unavailable`.
    public var queueTimeout: Duration = .milliseconds(750)

    /// The name shown in `pg_stat_activity`.
    public var applicationName = "swift-postgres"

    /// Threads that drive connections, each with its share of them. One is enough for 100,000 queries a second.
    public var loopThreads = 1

    /// The pause before a lost connection is made again; doubled after each failure, and varied by chance.
    public var backoffMinimum: Duration = .milliseconds(20)

    /// The longest pause before a connection is tried again.
    public var backoffMaximum: Duration = .seconds(1)

    /// Checks the addresses and takes the defaults.
    ///
    /// - Throws: ``PostgresError`` of kind `configuration`; it quotes no part of the address that could be secret.
    public init(url: String, directURL: String? = nil) throws {
        try ConnectionString.validate(url)
        if let directURL { try ConnectionString.validate(directURL) }
        self.url = url
        self.directURL = directURL
    }

    /// Whether a connection of its own can LISTEN: not through PgBouncer in transaction mode.
    public var supportsListen: Bool { preparedStatements || directURL != nil }
}

extension PostgresConfiguration: CustomStringConvertible {
    /// The sizes only: the addresses may hold a password.
    public var description: String {
        "PostgresConfiguration(\(readConnections) × \(readDepth) reads, \(writeConnections) × \(writeDepth) writes, "
            + "\(leaseConnections) leases)"
    }
}
