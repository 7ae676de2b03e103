import Contracts
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import NIOHTTP1
import Postgres

/// The outermost layer: every request comes in and every answer goes out here.
///
/// It finds the route, gives the request its id and trace, shapes every error, adds the fields that all answers carry,
/// measures and logs. What a route asks for by its policy is ``RoutePipeline``'s work.
struct Edge: HTTPResponder {
    typealias Context = EdgeContext

    let table: RouteTable
    let pipeline: RoutePipeline
    let unmatched: RequestMetrics
    let accessLog: AccessLog
    let logger: Logger

    func respond(to request: Request, context: EdgeContext) async throws -> Response {
        let start = ContinuousClock.now
        let arrival = Arrival(request: request, channel: context.channel)
        let path = (request.head.path ?? "/").prefix { $0 != "?" && $0 != "#" }

        var served: ServedRoute?
        var principal: Principal?
        var answer: APIResponse
        switch table.match(request.method, path) {
        case .route(let route, let parameters):
            served = route
            route.metrics.begin()
            do {
                let result = try await pipeline.run(route, parameters, request, arrival)
                answer = result.response
                principal = result.principal
            } catch let error as HTTPParserError {
                route.metrics.end(status: 400, since: start)
                throw error
            } catch {
                answer = shaped(error, arrival)
            }
            route.metrics.end(status: answer.status.code, since: start)
        case .preflight(let path):
            answer = CrossOrigin.preflight(allow: path.allow)
        case .otherMethods(let path):
            answer = shaped(
                APIError(
                    .methodNotAllowed,
                    code: "method_not_allowed",
                    error: "Method not allowed",
                    "This address answers \(path.allow).",
                    headers: [.allow: path.allow]
                ),
                arrival
            )
        case .nothing:
            answer = shaped(APIError.notFound("There is nothing at this address."), arrival)
        }
        if served == nil {
            unmatched.begin()
            unmatched.end(status: answer.status.code, since: start)
        }
        accessLog.write(
            method: request.method,
            route: served?.path,
            status: answer.status.code,
            since: start,
            requestID: arrival.id,
            trace: arrival.trace,
            handle: principal?.handle
        )
        return finished(answer, arrival, isHead: request.method == .head)
    }

    private func shaped(_ error: any Error, _ arrival: Arrival) -> APIResponse {
        let shaped = ErrorBody.shaped(error)
        if let cause = shaped.cause {
            logger.log(
                level: shaped.status.code == 500 ? .error : .warning,
                "request failed",
                metadata: [
                    "request": .string(arrival.id), "trace": .string(arrival.trace.traceID),
                    "code": .string(shaped.code), "cause": .string(SafeCause.text(cause)),
                ]
            )
        }
        return ErrorBody.response(shaped, requestID: arrival.id)
    }

    /// Adds what every answer carries.
    private func finished(_ answer: APIResponse, _ arrival: Arrival, isHead: Bool) -> Response {
        var headers = answer.headers
        headers[.xRequestID] = arrival.id
        headers[.accessControlAllowOrigin] = "*"
        headers[.xContentTypeOptions] = "nosniff"
        if arrival.hasOrigin { headers[.accessControlExposeHeaders] = CrossOrigin.exposedHeaders }
        guard isHead else {
            return Response(status: answer.status, headers: headers, body: .init(byteBuffer: answer.body))
        }
        headers[.contentLength] = String(answer.body.readableBytes)
        return Response(status: answer.status, headers: headers)
    }
}

/// What the server library tells of a connection.
struct EdgeContext: InitializableFromSource {
    let channel: any Channel

    init(source: ApplicationRequestContextSource) {
        channel = source.channel
    }
}

/// What is known of a request the moment it arrives.
struct Arrival: Sendable {
    let id: String
    let trace: TraceContext
    let channel: any Channel
    let hasOrigin: Bool

    init(request: Request, channel: any Channel) {
        id = RequestID.make(from: request.headers[.xRequestID])
        trace = TraceContext.incoming(request.headers[.traceParent])
        self.channel = channel
        hasOrigin = request.headers.contains(.origin)
    }
}
