public import Contracts
public import HTTPTypes
public import JSONText
public import Logging
public import Postgres

/// A request as a handler sees it: authenticated, within its limits, its body read.
public final class APIRequest: Sendable {
    public let method: HTTPRequest.Method
    /// Header fields as received.
    public let headers: HTTPFields
    public let query: QueryParameters
    /// The whole body, at most the route's limit.
    public let body: [UInt8]
    /// Who calls; never `nil` on an authenticated route.
    public let principal: Principal?
    /// The request id, also in the answer's `X-Request-Id` and in every log line.
    public let id: String
    /// The W3C trace that the request belongs to.
    public let trace: TraceContext
    /// When the request arrived, by the service's clock.
    public let receivedAt: PostgresTimestamp
    /// Where the handler writes: the database, or the transaction of the request's idempotency key.
    public let writer: any RequestWriter

    private let pathParameters: [PathParameter]
    private let client: ClientAddress
    private let baseLogger: Logger

    init(
        method: HTTPRequest.Method,
        headers: HTTPFields,
        query: QueryParameters,
        pathParameters: [PathParameter],
        body: [UInt8],
        principal: Principal?,
        client: ClientAddress,
        id: String,
        trace: TraceContext,
        receivedAt: PostgresTimestamp,
        logger: Logger,
        writer: any RequestWriter
    ) {
        self.method = method
        self.headers = headers
        self.query = query
        self.pathParameters = pathParameters
        self.body = body
        self.principal = principal
        self.client = client
        self.id = id
        self.trace = trace
        self.receivedAt = receivedAt
        baseLogger = logger
        self.writer = writer
    }

    /// Whether only the head of the answer is wanted. Such a request must have no effect at all.
    public var isHead: Bool { method == .head }

    /// The client's address as the trusted proxies tell it. For limits and audits only.
    public var clientAddress: String { client.text }

    /// What limits by address count by: the address, or for IPv6 its /64.
    public var clientNetwork: String { client.network }

    /// Who calls without a token, for idempotency keys.
    var anonymousSubject: String { client.subject }

    /// A logger that names the request in every line.
    public var logger: Logger {
        var logger = baseLogger
        logger[metadataKey: "request"] = .string(id)
        logger[metadataKey: "trace"] = .string(trace.traceID)
        return logger
    }

    /// The same request, writing elsewhere.
    func writing(to writer: any RequestWriter) -> APIRequest {
        APIRequest(
            method: method,
            headers: headers,
            query: query,
            pathParameters: pathParameters,
            body: body,
            principal: principal,
            client: client,
            id: id,
            trace: trace,
            receivedAt: receivedAt,
            logger: baseLogger,
            writer: writer
        )
    }

    /// The caller of an authenticated route.
    ///
    /// - Throws: 401, which cannot happen on a route whose policy is `.authenticated`.
    public func caller() throws(APIError) -> Principal {
        guard let principal else { throw .unauthenticated() }
        return principal
    }

    /// The value of `{name}` in the route's template, percent-decoded.
    ///
    /// - Throws: 400 when it holds U+0000 or is no UTF-8.
    public func parameter(_ name: String) throws(APIError) -> String {
        for parameter in pathParameters where parameter.name == name {
            guard let value = QueryParameters.percentDecoded(parameter.value), !value.utf8.contains(0) else {
                throw .invalid(field: name, "is not readable text.")
            }
            return value
        }
        throw .notFound("There is nothing here.")
    }

    /// The body as a JSON object. An empty body counts as `{}`, so that what is missing is named.
    ///
    /// - Throws: 415 for another content type; 400 `invalid_json` for what is no JSON object.
    public func json() throws(APIError) -> BodyFields {
        if let type = headers[.contentType], !APIRequest.isJSON(type) {
            throw APIError(
                .unsupportedMediaType,
                code: "unsupported_media_type",
                "Send JSON, with Content-Type: application/json."
            )
        }
        return try BodyFields(body)
    }

    private static func isJSON(_ contentType: String) -> Bool {
        let essence = contentType.prefix { $0 != ";" }.trimmingSpaces().lowercased()
        return essence == "application/json" || (essence.hasPrefix("application/") && essence.hasSuffix("+json"))
    }

    /// Runs statements in one transaction: all or nothing, one round trip.
    public func write(_ batch: [PostgresQuery]) async throws -> [PostgresRows] {
        try await writer.write(batch)
    }
}

/// Where a request's writes go. The handler cannot tell whether an idempotency key is involved.
public protocol RequestWriter: Sendable {
    /// Runs statements in one transaction, all or nothing. A failed batch leaves no trace, and another may follow.
    func write(_ batch: [PostgresQuery]) async throws -> [PostgresRows]
}

extension Substring {
    /// Without spaces and tabs around it.
    func trimmingSpaces() -> Substring {
        var slice = self
        while let first = slice.first, first == " " || first == "\t" { slice.removeFirst() }
        while let last = slice.last, last == " " || last == "\t" { slice.removeLast() }
        return slice
    }
}
