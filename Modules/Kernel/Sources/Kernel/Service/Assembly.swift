import Contracts
import Hummingbird
import Logging
import Postgres
import Settings

/// Everything that a start needs, put together without I/O.
struct Assembly: Sendable {
    let graph: ModuleGraph
    let services: KernelServices
    let registrations: Registrations
    let edge: Edge
    let migrator: SchemaMigrator
    let dispatcher: EventDispatcher
    let jobs: JobRunner
    let limiter: RateLimiter
    let logger: Logger

    /// For the lifecycle library, whose news is of interest to nobody but us.
    var quietLogger: Logger {
        var quiet = logger
        quiet.logLevel = .error
        return quiet
    }

    init(
        modules: [any FeatureModule],
        settings: Settings,
        logger: Logger,
        options: VibeService.Options,
        state: ServiceState
    ) throws {
        self.logger = logger
        graph = try ModuleGraph(modules) { settings.bool("modules.\($0).enabled") }
        let events = EventPublisher()
        services = KernelServices(
            settings: settings,
            database: PostgresClient(configuration: try Assembly.database(settings), logger: logger),
            clock: options.clock,
            ids: options.ids,
            events: events,
            logger: logger
        )

        let capabilities = CapabilityTable()
        var registrations = Registrations()
        for module in graph.running {
            let registrar = ModuleRegistrar(module: module.manifest, services: services, capabilities: capabilities)
            try module.register(in: registrar)
            registrations.merge(registrar.contents)
        }
        self.registrations = registrations
        events.subscribe(registrations.handlers)
    }

    private static func database(_ settings: Settings) throws -> PostgresConfiguration {
        guard let url = settings.optionalString("database.url") else {
            throw StartFailure("database.url is not set (DATABASE_URL).")
        }
        var configuration = try PostgresConfiguration(url: url, directURL: settings.optionalString("database.direct_url"))
        configuration.preparedStatements = settings.bool("database.prepared_statements")
        configuration.readConnections = settings.int("database.read_connections")
        configuration.writeConnections = settings.int("database.write_connections")
        configuration.leaseConnections = settings.int("database.lease_connections")
        configuration.applicationName = "vibe"
        return configuration
    }
}
