import HTTPTypes
import NIOCore
import Synchronization

/// `GET /openapi.json`. The document is assembled when it is first asked for: it does not delay the start.
final class OpenAPIRoute: Sendable {
    private let assemble: @Sendable () throws -> OpenAPIDocument
    private let rendered = Mutex<ByteBuffer?>(nil)

    /// - Parameter assemble: called once; again only if it threw.
    init(_ assemble: @escaping @Sendable () throws -> OpenAPIDocument) {
        self.assemble = assemble
    }

    /// The answer.
    ///
    /// - Throws: what keeps the document from being one, which the tests find first.
    func document() throws -> APIResponse {
        let body = try rendered.withLock { rendered in
            if let rendered { return rendered }
            let body = ByteBuffer(bytes: try assemble().bytes)
            rendered = body
            return body
        }
        let headers: HTTPFields = [
            .contentType: "application/json; charset=utf-8",
            .cacheControl: "public, max-age=300",
        ]
        return APIResponse(.ok, headers: headers, body: body)
    }
}
