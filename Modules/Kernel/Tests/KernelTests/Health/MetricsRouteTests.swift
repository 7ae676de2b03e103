import HTTPTypes
import NIOCore
import Testing

@testable import Kernel

@Suite struct MetricsRouteTests {
    let registry = MetricsRegistry()

    private func status(_ route: MetricsRoute, _ authorization: String?) -> Int {
        do {
            return try route.metrics(authorization: authorization).status.code
        } catch {
            return error.status.code
        }
    }

    @Test func answersThePage() throws {
        registry.counter("seen").increment()
        let response = try MetricsRoute(registry: registry).metrics(authorization: nil)
        #expect(response.headers[.contentType] == "text/plain; version=0.0.4; charset=utf-8")
        #expect(String(buffer: response.body).contains("seen_total 1\n"))
    }

    @Test func wantsItsToken() {
        let route = MetricsRoute(registry: registry, token: "right")
        #expect(status(route, "Bearer right") == 200)
        for wrong in [nil, "", "right", "Bearer", "Bearer wrong", "Bearer righ", "Bearer right "] {
            #expect(status(route, wrong) == 401)
        }
    }

    @Test func isGoneWhenSwitchedOff() {
        #expect(status(MetricsRoute(registry: registry, isEnabled: false, token: "right"), "Bearer right") == 404)
    }
}
