import Contracts
import Crypto
import Logging
import Postgres
import ServiceSettings
import Synchronization

/// Everything that a start needs, put together without I/O.
struct Assembly: Sendable {
    let graph: ModuleGraph
    let services: KernelServices
    let edge: Edge
    let migrator: SchemaMigrator
    let dispatcher: EventDispatcher
    let jobs: JobRunner
    let limiter: RateLimiter
    let slowBodies: SlowBodyGuard
    let logger: Logger

    init(
        modules: [any FeatureModule],
        settings: Settings,
        logger: Logger,
        options: VibeService.Options,
        state: ServiceState
    ) throws {
        self.logger = logger
        graph = try ModuleGraph(modules) { settings.bool("modules.\($0).enabled") }
        services = try Assembly.services(settings, options, logger)

        let capabilities = CapabilityTable()
        var registrations = Registrations()
        for module in graph.running {
            let registrar = ModuleRegistrar(module: module.manifest, services: services, capabilities: capabilities)
            try module.register(in: registrar)
            registrations.merge(registrar.contents)
        }
        services.events.subscribe(registrations.handlers)
        let wakeUp = services.events.wakeUp
        if !registrations.handlers.isEmpty { services.signals.listen(to: .events) { wakeUp.signal() } }
        services.people.set(registrations)

        migrator = try Assembly.migrator(
            of: modules,
            settings: settings,
            database: services.database,
            logger: logger
        )
        dispatcher = EventDispatcher(handlers: registrations.handlers, services: services)
        jobs = JobRunner(jobs: registrations.jobs + KernelJobs.all(services), services: services)
        limiter = RateLimiter(
            rules: registrations.routes.compactMap(\.policy.limit) + [.failedAuthentication],
            services: services
        )
        slowBodies = SlowBodyGuard(timeout: settings.duration("server.body_timeout"))
        edge = try Assembly.edge(
            graph: graph,
            registrations: registrations,
            services: services,
            limiter: limiter,
            slowBodies: slowBodies,
            authenticator: capabilities.get((any Authenticator).self),
            metrics: options.metrics,
            state: state
        )
    }

    /// For the lifecycle library, whose news is of interest to nobody but us.
    var quietLogger: Logger { logger.quiet }

    private static func services(
        _ settings: Settings,
        _ options: VibeService.Options,
        _ logger: Logger
    ) throws -> KernelServices {
        guard let secret = settings.optionalString("server.secret") else {
            throw StartFailure("server.secret is not set (VIBE_AUTH_SECRET).", code: 78)
        }
        let configuration = try database(settings)
        let database = PostgresClient(configuration: configuration, logger: logger.quiet)
        let signals = Signals(
            database: database,
            isEnabled: configuration.preparedStatements || configuration.directURL != nil,
            logger: logger
        )
        return KernelServices(
            settings: settings,
            database: database,
            clock: options.clock,
            ids: options.ids,
            events: EventPublisher(signals: signals),
            signals: signals,
            secret: try ServiceSecret(secret),
            logger: logger
        )
    }

    static func database(_ settings: Settings) throws -> PostgresConfiguration {
        guard let url = settings.optionalString("database.url") else {
            throw StartFailure("database.url is not set (DATABASE_URL).", code: 78)
        }
        var configuration = try PostgresConfiguration(
            url: url,
            directURL: settings.optionalString("database.direct_url")
        )
        configuration.preparedStatements = settings.bool("database.prepared_statements")
        configuration.readConnections = settings.int("database.read_connections")
        configuration.writeConnections = settings.int("database.write_connections")
        configuration.leaseConnections = settings.int("database.lease_connections")
        configuration.applicationName = "vibe"
        return configuration
    }

    static func migrator(
        of modules: [any FeatureModule],
        settings: Settings,
        database: PostgresClient,
        logger: Logger
    ) throws -> SchemaMigrator {
        SchemaMigrator(
            plan: try SchemaMigrator.plan(of: modules),
            database: database,
            lockTimeout: settings.duration("schema.lock_timeout"),
            logger: logger
        )
    }

    private static func edge(
        graph: ModuleGraph,
        registrations: Registrations,
        services: KernelServices,
        limiter: RateLimiter,
        slowBodies: SlowBodyGuard,
        authenticator: (any Authenticator)?,
        metrics: MetricsRegistry,
        state: ServiceState
    ) throws -> Edge {
        let settings = services.settings
        ProcessMetrics(registry: metrics)
        let httpMetrics = HTTPMetrics(registry: metrics)
        let routes = registrations.routes + kernelRoutes(graph, registrations, services, metrics, state)
        let bodyLimit = settings.bytes("server.body_limit")
        let table = try RouteTable(
            routes.map { route in
                ServedRoute(
                    route,
                    bodyLimit: bodyLimit,
                    metrics: httpMetrics.route(method: route.method.rawValue, path: route.path)
                )
            }
        )
        return Edge(
            table: table,
            pipeline: RoutePipeline(
                authenticator: authenticator,
                limiter: limiter,
                idempotency: IdempotencyKeys(services: services),
                services: services,
                trustedHops: settings.int("server.trusted_hops"),
                slowBodies: slowBodies
            ),
            unmatched: httpMetrics.unmatched,
            accessLog: AccessLog(
                settings,
                hash: HandleHash(key: services.secret.key(for: "kernel.logs")),
                logger: services.logger(for: "http")
            ),
            logger: services.logger(for: "http")
        )
    }

    /// The kernel's own routes: health, figures, metrics, the API document.
    private static func kernelRoutes(
        _ graph: ModuleGraph,
        _ registrations: Registrations,
        _ services: KernelServices,
        _ metrics: MetricsRegistry,
        _ state: ServiceState
    ) -> [Route] {
        let stats = StatsRoute(
            hooks: registrations.stats,
            clock: services.clock,
            logger: services.logger(for: "stats")
        )
        let health = HealthRoutes(
            state: state,
            database: DatabaseProbe { _ = try await services.database.read("SELECT 1", deadline: .seconds(1)) },
            modules: registrations.readiness.map { HealthCheck(name: $0.module, problem: $0.check) },
            stats: stats,
            version: ServiceVersion.text,
            clock: services.clock
        )
        let settings = services.settings
        let metricsRoute = MetricsRoute(
            registry: metrics,
            // What it tells is nobody's business outside development, unless the operator gave it a token.
            isEnabled: settings.bool("metrics.enabled")
                && (settings.environment == .development || settings.environment == .test
                    || settings.optionalString("metrics.token") != nil),
            token: settings.optionalString("metrics.token")
        )
        let parts = graph.running.map { (name: $0.manifest.name, yaml: $0.openAPI) }
        let listing = RouteListing()
        let document = OpenAPIRoute {
            try OpenAPIDocument.assemble(
                info: .init(version: ServiceVersion.text, description: "The API of /vibe."),
                modules: parts,
                routes: listing.routes.map { ($0.method, $0.path, $0.module) }
            )
        }
        let own = KernelRoutes.all(health: health, stats: stats, metrics: metricsRoute, document: document)
        listing.set(own + registrations.routes)
        return own
    }
}

/// All routes, for the document that is itself behind one of them.
private final class RouteListing: Sendable {
    private let listed = Mutex<[Route]>([])

    var routes: [Route] { listed.withLock { $0 } }

    func set(_ routes: [Route]) {
        listed.withLock { $0 = routes }
    }
}

extension Logger {
    /// The same logger for libraries: only what is wrong.
    var quiet: Logger {
        var quiet = self
        quiet.logLevel = max(logLevel, .error)
        return quiet
    }
}
