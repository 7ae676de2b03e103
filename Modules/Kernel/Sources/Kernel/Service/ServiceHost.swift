import Foundation
import Hummingbird
import Logging
import NIOCore
import Postgres
import ServiceLifecycle
import ServiceSettings

/// Everything that needs the database, from the check of the schema to the last answer.
struct ServiceHost: Service {
    let assembly: Assembly
    let state: ServiceState
    let onReady: @Sendable (Int) async -> Void

    func run() async throws {
        try await assembly.services.database.connect(assembly.services.settings)
        try await prepareSchema()
        var started: [any FeatureModule] = []
        do {
            for module in assembly.graph.running {
                try await start(module)
                started.append(module)
            }
            try await serve()
        } catch {
            await stop(started)
            throw error
        }
        await stop(started)
    }

    /// Development and tests migrate by themselves; elsewhere `vibe schema migrate` is a step of the deployment.
    private func prepareSchema() async throws {
        if assembly.services.settings.bool("schema.migrate_on_start") {
            try await assembly.migrator.migrate()
        } else {
            try await assembly.migrator.validate()
        }
        state.schemaIsValid()
    }

    private func start(_ module: any FeatureModule) async throws {
        do {
            try await module.start()
        } catch {
            throw StartFailure("The module '\(module.manifest.name)' does not start: \(error)")
        }
    }

    private func stop(_ modules: [any FeatureModule]) async {
        for module in modules.reversed() { await module.stop() }
    }

    private func serve() async throws {
        let settings = assembly.services.settings
        let host = settings.string("server.host")
        let port = settings.int("server.port")
        let application = Application(
            responder: assembly.edge,
            server: .http1(
                configuration: .init(
                    additionalChannelHandlers: [UnreadableRequestHandler()],
                    idleTimeout: .nanoseconds(settings.duration("server.idle_timeout").nanoseconds)
                )
            ),
            configuration: .init(address: .hostname(host, port: port), serverName: nil),
            onServerRunning: { channel in
                state.ready()
                await onReady(channel.localAddress?.port ?? port)
            },
            logger: assembly.quietLogger
        )
        do {
            let drainDelay = DrainDelay(state: state, length: settings.duration("server.drain_delay"))
            // Stopped in reverse: first the load balancer is told, then the port closes, then what works behind it.
            var group = ServiceGroupConfiguration(
                services: [
                    assembly.services.signals, assembly.limiter, assembly.dispatcher, assembly.jobs,
                    assembly.slowBodies, application, drainDelay,
                ],
                logger: assembly.quietLogger
            )
            group.maximumGracefulShutdownDuration = drainDelay.length + settings.duration("server.stop_timeout")
            try await ServiceGroup(configuration: group).run()
        } catch let error as IOError {
            throw StartFailure("Cannot listen on \(host):\(port): \(error.localizedReason).")
        }
    }
}

extension IOError {
    /// What the system calls the error: "Address already in use".
    fileprivate var localizedReason: String {
        String(cString: strerror(errnoCode))
    }
}

extension Duration {
    /// Whole nanoseconds, as NIO counts time.
    var nanoseconds: Int64 {
        components.seconds * 1_000_000_000 + components.attoseconds / 1_000_000_000
    }
}
