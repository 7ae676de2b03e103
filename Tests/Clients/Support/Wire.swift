import KernelTesting
import Testing

/// A client on one kept-alive connection that sends the bytes which a real client was seen to send.
struct Wire {
    /// How a body is framed.
    enum Framing {
        /// `Transfer-Encoding: chunked`, in one chunk, as Node's `http` does without a length.
        case chunked
        case length
    }

    let connection: RawConnection
    let host: String
    /// Fields of every request, as the client sends them.
    let fields: [String]
    let framing: Framing

    init(port: Int, fields: [String], framing: Framing) async throws {
        connection = try await RawConnection(port: port)
        host = "127.0.0.1:\(port)"
        self.fields = fields
        self.framing = framing
    }

    /// The client of early 2026 and before: Node's `http` module, chunked bodies.
    static func nodeHTTP(port: Int, framing: Framing = .chunked) async throws -> Wire {
        try await Wire(
            port: port,
            fields: ["Content-Type: application/json", "User-Agent: vibe-mcp/1.0"],
            framing: framing
        )
    }

    /// Node's `fetch`.
    static func nodeFetch(port: Int) async throws -> Wire {
        try await Wire(
            port: port,
            fields: [
                "Content-Type: application/json", "accept: */*", "accept-language: *", "sec-fetch-mode: cors",
                "user-agent: node", "accept-encoding: gzip, deflate",
            ],
            framing: .length
        )
    }

    /// Sends a request; a GET has a content type and no body, as these clients' have.
    func request(
        _ method: String,
        _ path: String,
        token: String? = nil,
        more: [String] = [],
        body: String? = nil
    ) async throws -> HTTPAnswer {
        var lines = ["\(method) \(path) HTTP/1.1", "Host: \(host)", "Connection: keep-alive"] + fields + more
        if let token { lines.append("Authorization: Bearer \(token)") }
        var content = ""
        if let body {
            let size = body.utf8.count
            switch framing {
            case .chunked:
                lines.append("Transfer-Encoding: chunked")
                content = String(size, radix: 16) + "\r\n" + body + "\r\n0\r\n\r\n"
            case .length:
                lines.append("Content-Length: \(size)")
                content = body
            }
        }
        try await connection.send(lines.joined(separator: "\r\n") + "\r\n\r\n" + content)
        return try await connection.answer()
    }
}
