import HTTPTypes

/// The routes of the kernel itself. Open to anybody and without a limit: load balancers and monitors call them.
enum KernelRoutes {
    /// The name that routes and the API document know the kernel by.
    static let module = KernelPart.module

    static func all(
        health: HealthRoutes,
        stats: StatsRoute,
        metrics: MetricsRoute,
        document: OpenAPIRoute
    ) -> [Route] {
        [
            get("/livez") { _ in health.livez() },
            get("/readyz") { _ in try await health.readyz() },
            get("/metrics") { try metrics.metrics(authorization: $0.headers[.authorization]) },
            get("/openapi.json") { _ in try document.document() },
            // Where the original serves it too.
            get("/api/openapi.json") { _ in try document.document() },
            get("/api/health") { await health.health(full: $0.query.flag("full")) },
            get("/api/db-health") { _ in try await health.databaseHealth() },
            get("/api/stats") { _ in await stats.stats() },
        ]
    }

    private static func get(_ path: String, _ handler: @escaping ModuleRegistrar.Handler) -> Route {
        Route(method: .get, path: path, policy: RoutePolicy(.open), module: module, handler: handler)
    }
}
