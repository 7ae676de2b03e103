public import HTTPTypes
public import JSONText

/// An answer of 400 or above, before it is shaped. The outermost middleware turns it into the body that serves both
/// worlds: the members of RFC 9457 and those that existing clients read.
public struct APIError: Error, Sendable {
    public var status: HTTPResponse.Status
    /// Stable, for machines: `handle_taken`.
    public var code: String
    /// A sentence for people.
    public var detail: String
    /// What existing clients find under `error`: always a plain string. The sentence, unless the original had a code.
    public var error: String
    /// The field that is wrong, if one is.
    public var field: String?
    public var suggestions: [String]
    /// Seconds until another try makes sense.
    public var retryAfter: Int?
    /// Further members of the body.
    public var extra: [(String, JSON)]
    public var headers: HTTPFields
    /// What went wrong inside, for the log alone.
    public var cause: (any Error)?

    public init(
        _ status: HTTPResponse.Status,
        code: String,
        error: String? = nil,
        _ detail: String,
        field: String? = nil,
        suggestions: [String] = [],
        retryAfter: Int? = nil,
        extra: [(String, JSON)] = [],
        headers: HTTPFields = [:],
        cause: (any Error)? = nil
    ) {
        self.status = status
        self.code = code
        self.detail = detail
        self.error = error ?? detail
        self.field = field
        self.suggestions = suggestions
        self.retryAfter = retryAfter
        self.extra = extra
        self.headers = headers
        self.cause = cause
    }
}

extension APIError {
    public static func missing(field: String) -> APIError {
        APIError(.badRequest, code: "missing_field", "\(field) is required.", field: field)
    }

    /// - Parameter problem: reads on after the field's name: "must be a string."
    public static func invalid(field: String, _ problem: String) -> APIError {
        APIError(.badRequest, code: "invalid_field", "\(field) \(problem)", field: field)
    }

    public static func tooLong(field: String, limit: Int) -> APIError {
        APIError(
            .badRequest,
            code: "text_too_long",
            "\(field) is too long: at most \(limit) characters (UTF-16 units).",
            field: field
        )
    }

    /// The word `Authentication` is what a client looks for to tell its user to sign in.
    public static func unauthenticated(
        _ detail: String = "Authentication required: send a valid token as Authorization: Bearer …"
    ) -> APIError {
        APIError(.unauthorized, code: "unauthenticated", detail, headers: [.wwwAuthenticate: "Bearer"])
    }

    public static func forbidden(_ detail: String, code: String = "forbidden") -> APIError {
        APIError(.forbidden, code: code, detail)
    }

    public static func notFound(_ detail: String) -> APIError {
        APIError(.notFound, code: "not_found", detail)
    }

    /// The service cannot answer now; it will again soon.
    public static func unavailable(cause: (any Error)? = nil) -> APIError {
        APIError(
            .serviceUnavailable,
            code: "unavailable",
            error: "storage_error",
            "The service cannot reach its database. Try again in a moment.",
            retryAfter: 1,
            cause: cause
        )
    }
}
