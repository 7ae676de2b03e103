import Testing

@testable import Kernel

@Suite struct RequestMetricsTests {
    let registry = MetricsRegistry()

    @Test func countsByTemplateMethodAndStatusClass() {
        let metrics = HTTPMetrics(registry: registry)
        let route = metrics.route(method: "GET", path: "/api/messages/{id}")
        for status in [200, 204, 404, 503, 999] {
            route.begin()
            route.end(status: status, since: .now)
        }
        metrics.unmatched.begin()
        metrics.unmatched.end(status: 404, since: .now)
        let page = registry.page()
        let labels = #"method="GET",route="/api/messages/{id}",status="#
        #expect(page.contains("http_requests_total{\(labels)\"2xx\"} 2\n"))
        #expect(page.contains("http_requests_total{\(labels)\"4xx\"} 1\n"))
        #expect(page.contains("http_requests_total{\(labels)\"5xx\"} 2\n"))
        #expect(page.contains(#"http_requests_total{method="any",route="unmatched",status="4xx"} 1"#))
        #expect(!page.contains("\"3xx\""))
        #expect(page.contains("http_requests_in_flight 0\n"))
    }

    @Test func putsDurationsIntoTheirBuckets() {
        let route = HTTPMetrics(registry: registry).route(method: "POST", path: "/x")
        route.begin()
        route.end(status: 200, since: .now - .milliseconds(30))
        let labels = #"method="POST",route="/x",status="2xx""#
        let page = registry.page()
        #expect(page.contains("http_request_duration_seconds_bucket{\(labels),le=\"0.025\"} 0\n"))
        // Thirty milliseconds, unless the machine stood still for half a minute.
        #expect(page.contains("http_request_duration_seconds_bucket{\(labels),le=\"+Inf\"} 1\n"))
        #expect(page.contains("http_request_duration_seconds_count{\(labels)} 1\n"))
    }

    @Test func showsWhatIsInFlight() {
        let route = HTTPMetrics(registry: registry).route(method: "GET", path: "/x")
        route.begin()
        route.begin()
        route.end(status: 200, since: .now)
        #expect(registry.page().contains("http_requests_in_flight 1\n"))
    }
}
