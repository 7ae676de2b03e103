public import HTTPTypes
import JSONText

/// What a limit says to one call.
public struct RateLimitOutcome: Sendable, Hashable {
    public let isAllowed: Bool
    /// The rule's name, as in the draft's `RateLimit` field.
    public let rule: String
    /// Calls per window; 0 when the limit is off.
    public let limit: Int
    /// Seconds of the window.
    public let window: Int
    /// Calls that are left now.
    public let remaining: Int
    /// Unix seconds at which the whole limit is there again.
    public let reset: Int64
    /// Seconds until that, at least 0.
    public let resetAfter: Int
    /// Seconds until one more call is allowed; 0 when this one was.
    public let retryAfter: Int

    /// The fields that tell the client: `X-RateLimit-*` as the original, and the draft's `RateLimit` and
    /// `RateLimit-Policy` (draft-ietf-httpapi-ratelimit-headers-10). None when the limit is off.
    public var headerFields: HTTPFields {
        var fields = HTTPFields()
        guard limit > 0 else { return fields }
        fields[.rateLimitLimit] = String(limit)
        fields[.rateLimitRemaining] = String(remaining)
        fields[.rateLimitReset] = String(reset)
        fields[.rateLimitPolicy] = "\"\(rule)\";q=\(limit);w=\(window)"
        fields[.rateLimit] = "\"\(rule)\";r=\(remaining);t=\(resetAfter)"
        return fields
    }

    /// The answer to a call that is not allowed.
    public var refusal: APIError {
        APIError(
            .tooManyRequests,
            code: "rate_limited",
            error: "rate_limited",
            "Too many requests. Try again in \(retryAfter) second\(retryAfter == 1 ? "" : "s").",
            retryAfter: retryAfter,
            // As the original: when to try again, in Unix seconds.
            extra: [("retryAfter", .int(Int(reset) - resetAfter + retryAfter))],
            headers: headerFields
        )
    }

    /// The limit is off.
    static func unlimited(_ rule: String, window: Int) -> RateLimitOutcome {
        RateLimitOutcome(
            isAllowed: true,
            rule: rule,
            limit: 0,
            window: window,
            remaining: 0,
            reset: 0,
            resetAfter: 0,
            retryAfter: 0
        )
    }
}

extension HTTPField.Name {
    fileprivate static let rateLimitLimit = name("X-RateLimit-Limit")
    fileprivate static let rateLimitRemaining = name("X-RateLimit-Remaining")
    fileprivate static let rateLimitReset = name("X-RateLimit-Reset")
    fileprivate static let rateLimitPolicy = name("RateLimit-Policy")
    fileprivate static let rateLimit = name("RateLimit")
}
