public import Contracts
public import Logging
public import Postgres
public import ServiceSettings

/// What every part of the service shares. Immutable; tests replace the clock and the ids.
public struct KernelServices: Sendable {
    public let settings: Settings
    /// The database, through PgBouncer where there is one.
    public let database: PostgresClient
    public let clock: WallClock
    public let ids: IdentifierSource
    /// Writes events into the outbox, as part of the caller's write.
    public let events: EventPublisher
    /// Tells other instances that there is something new to read.
    public let signals: Signals
    /// Where keys for signatures and keyed hashes come from.
    public let secret: ServiceSecret
    /// What the modules do when a handle is claimed, shown, exported or erased.
    public let people: PersonHooks

    private let rootLogger: Logger

    public init(
        settings: Settings,
        database: PostgresClient,
        clock: WallClock,
        ids: IdentifierSource,
        events: EventPublisher,
        signals: Signals? = nil,
        secret: ServiceSecret,
        people: PersonHooks = PersonHooks(),
        logger: Logger
    ) {
        self.settings = settings
        self.database = database
        self.clock = clock
        self.ids = ids
        self.events = events
        self.signals = signals ?? Signals(database: database, logger: logger)
        self.secret = secret
        self.people = people
        rootLogger = logger
    }

    /// A logger that names the module in every line.
    public func logger(for module: String) -> Logger {
        var logger = rootLogger
        logger[metadataKey: "module"] = .string(module)
        return logger
    }
}
