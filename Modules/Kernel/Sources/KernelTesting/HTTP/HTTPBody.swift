public import JSONText

/// The body of a test's request.
public enum HTTPBody: Sendable {
    case none
    /// With `Content-Type: application/json` unless the request's headers name another.
    case json(JSON)
    /// With `Content-Length` and nothing else.
    case bytes([UInt8])
    /// With `Transfer-Encoding: chunked`, one chunk for each element.
    case chunked([[UInt8]])

    public static func text(_ text: String) -> HTTPBody { .bytes(Array(text.utf8)) }

    /// The headers the body needs, and its bytes on the wire.
    var encoded: (headers: [(String, String)], bytes: [UInt8]) {
        switch self {
        case .none:
            return ([], [])
        case .json(let value):
            let bytes = value.bytes
            return ([("Content-Type", "application/json"), ("Content-Length", "\(bytes.count)")], bytes)
        case .bytes(let bytes):
            return ([("Content-Length", "\(bytes.count)")], bytes)
        case .chunked(let chunks):
            // An empty chunk would end the body.
            let coded = chunks.filter { !$0.isEmpty }.flatMap { chunk in
                Array("\(String(chunk.count, radix: 16))\r\n".utf8) + chunk + Array("\r\n".utf8)
            }
            return ([("Transfer-Encoding", "chunked")], coded + Array("0\r\n\r\n".utf8))
        }
    }
}
