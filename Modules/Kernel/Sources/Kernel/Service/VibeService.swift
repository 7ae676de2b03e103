public import Logging
import Postgres
public import ServiceLifecycle
public import ServiceSettings

/// The whole service: the database client, the modules, their jobs and events, and the HTTP server.
///
/// Starting goes from the inside out (database, schema, modules, then the port), stopping the other way: not ready,
/// drain, close, stop the modules in reverse order, let go of the database.
public final class VibeService: Service {
    public let state: ServiceState
    private let assembly: Assembly
    private let options: Options

    /// What a start may vary; tests do.
    public struct Options: Sendable {
        public var clock: WallClock
        public var ids: IdentifierSource
        /// Where figures are kept: one registry per process.
        public var metrics: MetricsRegistry
        /// Called once with the port, when requests are answered.
        public var onReady: @Sendable (Int) async -> Void

        public init(
            clock: WallClock = .system,
            ids: IdentifierSource = .system,
            metrics: MetricsRegistry = MetricsRegistry(),
            onReady: @escaping @Sendable (Int) async -> Void = { _ in }
        ) {
            self.clock = clock
            self.ids = ids
            self.metrics = metrics
            self.onReady = onReady
        }
    }

    /// Checks the modules against each other, lets them register and puts everything together. No I/O.
    ///
    /// - Parameter modules: all that are compiled in; the settings say which run.
    /// - Throws: what must stop the start, each error readable as one line.
    public init(
        modules: [any FeatureModule],
        settings: Settings,
        logger: Logger,
        options: Options = Options()
    ) throws {
        state = ServiceState()
        self.options = options
        assembly = try Assembly(modules: modules, settings: settings, logger: logger, options: options, state: state)
    }

    /// Serves until graceful shutdown.
    ///
    /// - Throws: ``StartFailure`` when the database, the schema, a module or the port stops the start.
    public func run() async throws {
        let host = ServiceHost(assembly: assembly, state: state, onReady: options.onReady)
        try await ServiceGroup(
            configuration: .init(
                services: [
                    .init(service: assembly.services.database),
                    .init(service: host, successTerminationBehavior: .gracefullyShutdownGroup),
                ],
                logger: assembly.quietLogger
            )
        ).run()
    }
}
