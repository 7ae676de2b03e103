public import HTTPTypes
public import JSONText
public import NIOCore

/// What a handler answers.
public struct APIResponse: Sendable {
    public var status: HTTPResponse.Status
    public var headers: HTTPFields
    public var body: ByteBuffer
    /// Set by a route whose policy is `.secret` on an answer that carries none, so that it may be kept.
    public var hasNoSecret = false

    public init(_ status: HTTPResponse.Status, headers: HTTPFields = [:], body: ByteBuffer = ByteBuffer()) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    /// JSON that `write` puts together: the way for lists that are read often.
    ///
    /// - Parameter reserve: bytes that the answer will probably have; up to there it is written without a copy.
    public static func json(
        _ status: HTTPResponse.Status = .ok,
        reserve: Int = 512,
        _ write: (inout JSONWriter) throws -> Void
    ) rethrows -> APIResponse {
        var body = ByteBufferAllocator().buffer(capacity: reserve)
        var larger: ByteBuffer?
        try body.writeWithUnsafeMutableBytes(minimumWritableBytes: reserve) { room in
            var writer = JSONWriter(in: room)
            try write(&writer)
            if writer.isInPlace { return writer.count }
            larger = writer.withBytes { ByteBuffer(bytes: $0) }
            return 0
        }
        return APIResponse(status, headers: jsonHeaders, body: larger ?? body)
    }

    /// JSON from a value: the way for small answers.
    public static func json(_ status: HTTPResponse.Status = .ok, _ value: JSON) -> APIResponse {
        json(status) { value.write(to: &$0) }
    }

    /// A page. Nothing in it may run scripts or be framed.
    public static func html(_ status: HTTPResponse.Status = .ok, _ text: String) -> APIResponse {
        var headers = HTTPFields()
        headers[.contentType] = "text/html; charset=utf-8"
        headers[.contentSecurityPolicy] =
            "default-src 'none'; style-src 'unsafe-inline'; img-src https: data:; form-action 'self'; frame-ancestors 'none'"
        return APIResponse(status, headers: headers, body: ByteBuffer(string: text))
    }

    public static func text(
        _ status: HTTPResponse.Status = .ok,
        _ text: String,
        contentType: String = "text/plain; charset=utf-8"
    ) -> APIResponse {
        APIResponse(status, headers: [.contentType: contentType], body: ByteBuffer(string: text))
    }

    private static let jsonHeaders: HTTPFields = [.contentType: "application/json; charset=utf-8"]
}
