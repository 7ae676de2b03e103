/// How many requests were answered and how long they took, by route template, method and status class.
public final class HTTPMetrics: Sendable {
    private let inFlight: MetricGauge
    private let routes = RouteList()
    /// Requests that matched no route: one series for all of them, whatever their paths.
    public let unmatched: RequestMetrics

    /// Shows its figures on the page of `registry`.
    public init(registry: MetricsRegistry) {
        inFlight = registry.gauge("http_requests_in_flight", help: "Requests being answered.")
        unmatched = RequestMetrics(method: "any", path: "unmatched", inFlight: inFlight)
        routes.append(unmatched)
        registry.add(routes)
    }

    /// The handle of a route, asked for once, when the route is registered.
    ///
    /// - Parameters:
    ///   - method: `GET`.
    ///   - path: the template, `/api/messages/{id}`: never the path of a request, which would make endless series.
    public func route(method: String, path: String) -> RequestMetrics {
        let route = RequestMetrics(method: method, path: path, inFlight: inFlight)
        routes.append(route)
        return route
    }
}
