public import HTTPTypes

/// The methods that routes answer. HEAD follows GET, OPTIONS is the kernel's.
public enum RouteMethod: String, Sendable, Hashable, CaseIterable {
    case get = "GET"
    case post = "POST"
    case put = "PUT"
    case patch = "PATCH"
    case delete = "DELETE"

    public var http: HTTPRequest.Method {
        switch self {
        case .get: .get
        case .post: .post
        case .put: .put
        case .patch: .patch
        case .delete: .delete
        }
    }
}

/// One registered route.
struct Route: Sendable {
    let method: RouteMethod
    /// The template as in the API document, `/api/messages/{id}`: also the label of its metrics.
    let path: String
    let policy: RoutePolicy
    let module: String
    let handler: ModuleRegistrar.Handler
}

/// What the kernel does for a route before its handler runs.
public struct RoutePolicy: Sendable {
    /// Who may call.
    public enum Access: Sendable, Hashable {
        /// Anybody. A token is not even looked at.
        case open
        /// Anybody; a token, when there is one, must be valid and names the caller.
        case recognised
        /// Anybody; a token that is lapsed, revoked or unknown counts as none. For signing in, which is what the
        /// holder of a dead token wants to do.
        case lenient
        /// Only with a valid token: 401 otherwise.
        case authenticated
    }

    /// What an `Idempotency-Key` does.
    public enum Idempotency: Sendable, Hashable {
        /// The header is ignored.
        case none
        /// The answer is kept for 24 hours and given again.
        case kept
        /// The answer carries a secret, which is never stored: the same key again is 409 `already_issued`. An answer
        /// with ``APIResponse/hasNoSecret`` is kept all the same.
        case secret
    }

    /// What an API key must have been made for. A session may do everything.
    public enum Right: String, Sendable, Hashable {
        case read, write
        /// Nothing: the route looks at the scopes by itself.
        case any
    }

    public var access: Access
    public var limit: RateLimitRule?
    public var idempotency: Idempotency
    /// Bytes of body this route takes; `nil` for the setting `server.body_limit`.
    public var bodyLimit: Int?
    /// What an API key needs; `nil` for `read` with GET and `write` with everything else.
    public var right: Right?

    public init(
        _ access: Access,
        limit: RateLimitRule? = nil,
        idempotency: Idempotency = .none,
        bodyLimit: Int? = nil,
        right: Right? = nil
    ) {
        self.access = access
        self.limit = limit
        self.idempotency = idempotency
        self.bodyLimit = bodyLimit
        self.right = right
    }
}
