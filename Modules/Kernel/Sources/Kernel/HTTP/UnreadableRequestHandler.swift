import HTTPTypes
import NIOCore
import NIOHTTPTypes

/// Gives a body to the refusals that the server library writes by itself: requests that are no HTTP, or whose head is too
/// large, never reach ``Edge``, and are answered with a bare 400.
///
/// Such an answer is told by its missing request id, which all of ours carry.
final class UnreadableRequestHandler: ChannelOutboundHandler, RemovableChannelHandler {
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        guard case .head(let head) = unwrapOutboundIn(data), head.status == .badRequest,
            !head.headerFields.contains(.xRequestID)
        else { return context.write(data, promise: promise) }
        let answer = Self.refusal(requestID: RequestID.make(from: nil))
        context.write(
            wrapOutboundOut(.head(HTTPResponse(status: answer.status, headerFields: answer.headers))),
            promise: nil
        )
        context.write(wrapOutboundOut(.body(answer.body)), promise: promise)
    }

    static func refusal(requestID: String) -> APIResponse {
        var answer = ErrorBody.response(
            APIError(
                .badRequest,
                code: "unreadable_request",
                "This is no HTTP request that can be read, or its head is too large."
            ),
            requestID: requestID
        )
        answer.headers[.connection] = "close"
        answer.headers[.contentLength] = String(answer.body.readableBytes)
        answer.headers[.xRequestID] = requestID
        return answer
    }
}
