public import JSONText
import Synchronization

/// An HTTP/1.1 client for tests: real sockets, connections kept alive, no redirects followed, nothing ever retried.
///
/// Any number of tasks may use one; each request has a connection to itself while it runs.
public final class HTTPClient: Sendable {
    public let host: String
    public let port: Int
    /// Sent with every request, unless the request names the header itself.
    private let defaultHeaders: [(String, String)]
    private let timeout: Duration
    private let idle = Mutex<[RawConnection]>([])

    /// - Parameter timeout: for one whole answer.
    public init(
        host: String = "127.0.0.1",
        port: Int,
        headers: [(String, String)] = [],
        timeout: Duration = .seconds(10)
    ) {
        self.host = host
        self.port = port
        defaultHeaders = headers
        self.timeout = timeout
    }

    /// Sends a request and waits for the whole answer, whatever its status.
    ///
    /// - Parameters:
    ///   - path: with its query, as it goes on the wire.
    ///   - token: sent as `Authorization: Bearer …`.
    /// - Throws: ``HTTPClientError`` when there is no answer.
    public func request(
        _ method: String,
        _ path: String,
        token: String? = nil,
        headers: [(String, String)] = [],
        body: HTTPBody = .none
    ) async throws -> HTTPAnswer {
        let connection = try await takeConnection()
        try await connection.send(text(method, path, token: token, headers: headers, body: body))
        let answer = try await connection.answer(within: timeout, expectsBody: method != "HEAD")
        // After an error the connection is not put back and closes itself.
        if answer.headers["Connection"]?.lowercased() != "close" { idle.withLock { $0.append(connection) } }
        return answer
    }

    private func takeConnection() async throws -> RawConnection {
        while let connection = idle.withLock({ $0.popLast() }) {
            if !connection.isClosedByPeer { return connection }
        }
        return try await RawConnection(host: host, port: port)
    }

    private func text(
        _ method: String,
        _ path: String,
        token: String?,
        headers: [(String, String)],
        body: HTTPBody
    ) -> [UInt8] {
        let coded = body.encoded
        let authorization = token.map { [("Authorization", "Bearer \($0)")] } ?? []
        var fields = headers
        for field in authorization + defaultHeaders + [("Host", "\(host):\(port)")] + coded.headers
        where !fields.contains(where: { $0.0.lowercased() == field.0.lowercased() }) {
            fields.append(field)
        }
        let head = "\(method) \(path) HTTP/1.1\r\n" + fields.map { "\($0): \($1)\r\n" }.joined() + "\r\n"
        return Array(head.utf8) + coded.bytes
    }
}

extension HTTPClient {
    public func get(
        _ path: String,
        token: String? = nil,
        headers: [(String, String)] = []
    ) async throws -> HTTPAnswer {
        try await request("GET", path, token: token, headers: headers)
    }

    public func post(
        _ path: String,
        token: String? = nil,
        headers: [(String, String)] = [],
        json: JSON
    ) async throws -> HTTPAnswer {
        try await request("POST", path, token: token, headers: headers, body: .json(json))
    }

    public func put(
        _ path: String,
        token: String? = nil,
        headers: [(String, String)] = [],
        json: JSON
    ) async throws -> HTTPAnswer {
        try await request("PUT", path, token: token, headers: headers, body: .json(json))
    }

    public func patch(
        _ path: String,
        token: String? = nil,
        headers: [(String, String)] = [],
        json: JSON
    ) async throws -> HTTPAnswer {
        try await request("PATCH", path, token: token, headers: headers, body: .json(json))
    }

    /// - Parameter json: real clients send a body with DELETE.
    public func delete(
        _ path: String,
        token: String? = nil,
        headers: [(String, String)] = [],
        json: JSON? = nil
    ) async throws -> HTTPAnswer {
        try await request("DELETE", path, token: token, headers: headers, body: json.map { .json($0) } ?? .none)
    }

    /// A connection of its own, for bytes that are no proper request.
    public func rawConnection() async throws -> RawConnection {
        try await RawConnection(host: host, port: port)
    }
}
