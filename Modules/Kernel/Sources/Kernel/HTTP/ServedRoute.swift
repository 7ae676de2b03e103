import NIOCore

/// A route with all that is worked out once, before the first request: its metrics and its limits.
final class ServedRoute: Sendable {
    let method: RouteMethod
    let path: String
    let module: String
    let policy: RoutePolicy
    let handler: ModuleRegistrar.Handler
    let bodyLimit: Int
    let metrics: RequestMetrics

    init(_ route: Route, bodyLimit: Int, metrics: RequestMetrics) {
        method = route.method
        path = route.path
        module = route.module
        policy = route.policy
        handler = route.handler
        self.bodyLimit = route.policy.bodyLimit ?? bodyLimit
        self.metrics = metrics
    }
}
