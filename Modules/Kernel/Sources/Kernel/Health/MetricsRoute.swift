import HTTPTypes
import NIOCore

/// `GET /metrics`: the page that Prometheus reads.
public struct MetricsRoute: Sendable {
    private let registry: MetricsRegistry
    private let isEnabled: Bool
    private let token: String?

    /// - Parameter token: what the reader must send as `Authorization: Bearer …`; `nil` or empty: nothing.
    public init(registry: MetricsRegistry, isEnabled: Bool = true, token: String? = nil) {
        self.registry = registry
        self.isEnabled = isEnabled
        self.token = token.flatMap { $0.isEmpty ? nil : $0 }
    }

    /// - Parameter authorization: the request's `Authorization` field.
    /// - Throws: 404 when switched off, 401 without the token.
    public func metrics(authorization: String?) throws(APIError) -> APIResponse {
        guard isEnabled else { throw .notFound("Metrics are switched off.") }
        if let token, !MetricsRoute.equalInConstantTime(authorization ?? "", "Bearer \(token)") {
            throw .unauthenticated()
        }
        return .text(.ok, registry.page(), contentType: MetricsRegistry.contentType)
    }

    /// Takes the same time wherever the texts begin to differ, so that a token cannot be guessed byte by byte.
    private static func equalInConstantTime(_ one: String, _ other: String) -> Bool {
        let (one, other) = (Array(one.utf8), Array(other.utf8))
        guard one.count == other.count else { return false }
        return zip(one, other).reduce(0) { $0 | ($1.0 ^ $1.1) } == 0
    }
}
