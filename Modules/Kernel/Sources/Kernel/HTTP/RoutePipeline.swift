import Contracts
import Crypto
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import Postgres

/// What a route's policy asks for, in order: who calls, how often, with what body, and whether it was asked before.
struct RoutePipeline: Sendable {
    let authenticator: (any Authenticator)?
    let limiter: RateLimiter
    let idempotency: IdempotencyKeys
    let services: KernelServices
    let trustedHops: Int
    let slowBodies: SlowBodyGuard

    /// - Returns: the answer, and who called, for the log.
    func run(
        _ route: ServedRoute,
        _ parameters: [PathParameter],
        _ request: Request,
        _ arrival: Arrival
    ) async throws -> (response: APIResponse, principal: Principal?) {
        let client = ClientAddress(
            socket: arrival.channel.remoteAddress,
            headers: request.headers,
            trustedHops: trustedHops
        )
        var principal = try await principal(of: request.headers, access: route.policy.access, client)
        try Self.checkScopes(of: principal, for: route)
        var limitFields: HTTPFields = [:]
        if let rule = route.policy.limit {
            let outcome = limiter.take(rule, subject: subject(rule, principal, client))
            limitFields = outcome.headerFields
            guard outcome.isAllowed else { throw outcome.refusal }
        }
        let bodyStart = ContinuousClock.now
        let body = try await body(of: request, limit: route.bodyLimit, arrival.channel)
        // While a body dawdles, its sender may have been signed out.
        if principal != nil, ContinuousClock.now - bodyStart > .seconds(1) {
            principal = try await self.principal(of: request.headers, access: route.policy.access, client)
        }
        let apiRequest = APIRequest(
            method: request.method,
            headers: request.headers,
            query: QueryParameters(request.head.path.flatMap(Self.query)),
            pathParameters: parameters,
            body: body,
            principal: principal,
            client: client,
            id: arrival.id,
            trace: arrival.trace,
            receivedAt: services.clock.now,
            logger: services.logger(for: route.module),
            writer: DirectWriter(services: services)
        )
        // Only what writes can raise events, and those carry the trace on.
        var response =
            route.method == .get
            ? try await answer(route, apiRequest)
            : try await TraceContext.$current.withValue(arrival.trace) { try await answer(route, apiRequest) }
        response.headers.append(contentsOf: limitFields)
        return (response, principal)
    }

    private func principal(
        of headers: HTTPFields,
        access: RoutePolicy.Access,
        _ client: ClientAddress
    ) async throws -> Principal? {
        guard access != .open else { return nil }
        guard let token = Self.token(in: headers) else {
            if access == .authenticated { throw APIError.unauthenticated() }
            return nil
        }
        guard let principal = try await authenticator?.authenticate(token) else {
            let outcome = limiter.take(.failedAuthentication, subject: client.subject)
            guard outcome.isAllowed else { throw outcome.refusal }
            if access == .lenient { return nil }
            throw APIError.unauthenticated(
                "Authentication failed: this token is unknown, expired or revoked. Sign in again."
            )
        }
        return principal
    }

    /// An API key may do what it was made for: `read` and `write` everywhere, or `messaging:read` in one module.
    private static func checkScopes(of principal: Principal?, for route: ServedRoute) throws(APIError) {
        guard let scopes = principal?.scopes else { return }
        let right = route.policy.right ?? (route.method == .get ? .read : .write)
        let isGiven = scopes.contains(right.rawValue) || scopes.contains("\(route.module):\(right.rawValue)")
        guard right == .any || isGiven else {
            throw APIError.forbidden(
                "This API key was not given the scope '\(right.rawValue)'.",
                code: "insufficient_scope"
            )
        }
    }

    private func subject(_ rule: RateLimitRule, _ principal: Principal?, _ client: ClientAddress) -> String {
        switch rule.scope {
        case .address: client.subject
        case .principal: principal?.handle ?? client.subject
        }
    }

    /// Reads the body, whatever its framing. Methods without one are not waited for.
    private func body(of request: Request, limit: Int, _ channel: any Channel) async throws -> [UInt8] {
        let headers = request.headers
        guard headers.contains(.contentLength) || headers.contains(.transferEncoding) else { return [] }
        if let length = headers[.contentLength].flatMap({ Int($0) }), length > limit { throw APIError.bodyTooLarge }
        let buffer = try await slowBodies.watch(channel) { try await request.body.collect(upTo: limit) }
        return Array(buffer.readableBytesView)
    }

    private func answer(_ route: ServedRoute, _ request: APIRequest) async throws -> APIResponse {
        guard route.policy.idempotency != .none, let key = request.headers[.idempotencyKey] else {
            return try await route.handler(request)
        }
        return try await idempotency.run(
            scope: request.principal?.handle ?? request.anonymousSubject,
            method: request.method.rawValue,
            route: route.path,
            key: key,
            bodyHash: Array(SHA256.hash(data: request.body)),
            secret: route.policy.idempotency == .secret
        ) { writer in
            try await route.handler(request.writing(to: writer))
        }
    }

    /// The token in `Authorization: Bearer …` or the original's own field. Never from the address: that is logged.
    private static func token(in headers: HTTPFields) -> String? {
        if let field = headers[.authorization] {
            let prefix = "bearer "
            guard field.utf8.count > prefix.utf8.count, field.prefix(prefix.count).lowercased() == prefix else {
                return nil
            }
            return String(field.dropFirst(prefix.count).drop { $0 == " " })
        }
        return headers[.xVibeToken]
    }

    private static func query(_ path: String) -> Substring? {
        guard let mark = path.utf8.firstIndex(of: UInt8(ascii: "?")) else { return nil }
        return path[path.utf8.index(after: mark)...].prefix { $0 != "#" }
    }
}

/// Writes straight to the database: each batch is a transaction of its own in one round trip.
struct DirectWriter: RequestWriter {
    let services: KernelServices

    func write(_ batch: [PostgresQuery]) async throws -> [PostgresRows] {
        let rows = try await services.database.write(batch)
        services.events.committed(batch)
        return rows
    }
}
