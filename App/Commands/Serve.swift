import ArgumentParser
import Kernel
import Logging
import Metrics
import ServiceLifecycle
import ServiceSettings
import UnixSignals

/// Runs the service until SIGTERM or SIGINT.
struct Serve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Run the service.")

    @OptionGroup var common: CommonOptions

    func run() async throws {
        try await Exit.withOneLine {
            let logger = Logger.service(try common.settings())
            try await Database.with(common, logger: logger) { settings in
                try await serve(settings, logger)
            }
        }
    }

    private func serve(_ settings: Settings, _ logger: Logger) async throws {
        let metrics = MetricsRegistry()
        MetricsSystem.bootstrap(metrics)
        let service = try VibeService(
            modules: Modules.all(),
            settings: settings,
            logger: logger,
            options: .init(
                metrics: metrics,
                onReady: { port in
                    logger.info("ready", metadata: ["port": .stringConvertible(port)])
                    if settings.environment == .development { Welcome.print(port: port) }
                }
            )
        )
        var quiet = logger
        quiet.logLevel = .error
        try await ServiceGroup(
            services: [service],
            gracefulShutdownSignals: [.sigterm, .sigint],
            logger: quiet
        ).run()
    }
}
