import HTTPTypes

/// CORS as the original answered it: any origin may call, since a token is sent by hand and never by a browser alone.
enum CrossOrigin {
    /// Answers a preflight request.
    static func preflight(allow: String) -> APIResponse {
        var response = APIResponse(.ok)
        response.headers[.accessControlAllowMethods] = allow
        response.headers[.allow] = allow
        response.headers[.accessControlAllowHeaders] = allowedHeaders
        response.headers[.accessControlMaxAge] = "86400"
        return response
    }

    static let allowedHeaders =
        "Content-Type, Authorization, X-Vibe-Token, Idempotency-Key, X-Request-Id, traceparent, "
        + "X-AIRC-Signature, X-AIRC-Identity, X-AIRC-PublicKey"

    static let exposedHeaders =
        "X-Request-Id, X-RateLimit-Limit, X-RateLimit-Remaining, X-RateLimit-Reset, RateLimit, RateLimit-Policy, "
        + "Retry-After, Idempotency-Replayed"
}
