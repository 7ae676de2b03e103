import ServiceLifecycle

/// Lets the load balancer hear that this instance is going before it goes: from the signal on `/readyz` answers 503, while
/// requests are still served.
///
/// The last of the services, hence the first to be stopped; the port closes once it has ended.
struct DrainDelay: Service {
    let state: ServiceState
    let length: Duration

    func run() async throws {
        try await gracefulShutdown()
        state.drain()
        try? await Task.sleep(for: length)
    }
}
