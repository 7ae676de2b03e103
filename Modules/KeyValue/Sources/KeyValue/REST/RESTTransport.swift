import AsyncHTTPClient
import Foundation
import NIOCore
import NIOFoundationCompat
import NIOHTTP1
import NIOPosix
import NIOSSL

/// Upstash's REST interface: commands as JSON to `/pipeline`, and to `/multi-exec` for one step. Rules by
/// https://upstash.com/docs/redis/features/restapi.
final class RESTTransport: Transport {
    private let address: RESTAddress
    private let http: HTTPClient
    private let maximumReplyBytes: Int

    init(address: RESTAddress, configuration: KeyValueConfiguration) throws(KeyValueError) {
        do {
            // Read here so that a missing file fails now and not with the first request.
            _ = try NIOSSLContext(configuration: configuration.tls)
        } catch {
            throw .configuration("the trusted certificates cannot be read")
        }
        var settings = HTTPClient.Configuration(
            tlsConfiguration: configuration.tls,
            redirectConfiguration: .disallow,
            timeout: .init(connect: TimeAmount(configuration.connectTimeout))
        )
        settings.httpVersion = .http1Only
        settings.connectionPool.retryConnectionEstablishment = false
        self.address = address
        maximumReplyBytes = configuration.maximumReplyBytes
        http = HTTPClient(eventLoopGroup: MultiThreadedEventLoopGroup.singleton, configuration: settings)
    }

    deinit {
        // It insists on being shut down; a second time is an error that does not matter.
        http.shutdown { _ in }
    }

    func cost(of request: Request) -> Int { request.commands.count }

    func perform(_ request: Request, deadline: NIODeadline) async -> Attempt {
        do {
            let message = try message(for: request)
            return try await within(deadline) { try await self.exchange(message, for: request, deadline) }
        } catch let error as KeyValueError {
            // Nothing was sent.
            return .failed(error, mayHaveRun: false, isPassing: false)
        } catch is CancellationError {
            return .failed(
                Task.isCancelled ? .cancelled(sent: true) : .deadline(sent: true),
                mayHaveRun: true,
                isPassing: false
            )
        } catch {
            let fault = TransportFault(error)
            if Task.isCancelled { return .failed(.cancelled(sent: true), mayHaveRun: true, isPassing: false) }
            return .failed(
                fault.error,
                mayHaveRun: !fault.isBeforeSending,
                isPassing: [.connection, .unavailable].contains(fault.error.kind)
            )
        }
    }

    func close() async {
        try? await http.shutdown()
    }

    private func message(for request: Request) throws(KeyValueError) -> HTTPClientRequest {
        let path = request.form == .transaction ? "/multi-exec" : "/pipeline"
        var message = HTTPClientRequest(url: address.base + path)
        message.method = .POST
        message.headers = [
            "Authorization": "Bearer \(address.token)",
            "Content-Type": "application/json",
            "Upstash-Encoding": "base64",
        ]
        message.body = .bytes(try RESTBody.encode(request.commands))
        return message
    }

    private func exchange(
        _ message: HTTPClientRequest,
        for request: Request,
        _ deadline: NIODeadline
    ) async throws -> Attempt {
        let response = try await http.execute(message, deadline: deadline)
        // A third more for Base64, and room for JSON.
        let body = try await response.body.collect(
            upTo: maximumReplyBytes / 3 * 4 + 1024 * (request.commands.count + 1)
        )
        return Self.attempt(
            status: response.status,
            retryAfter: response.headers.first(name: "Retry-After"),
            body: Data(buffer: body),
            count: request.commands.count
        )
    }

    /// What an answer means.
    ///
    /// - Parameter retryAfter: seconds; the form with a date counts as absent.
    static func attempt(status: HTTPResponseStatus, retryAfter: String?, body: Data, count: Int) -> Attempt {
        switch status.code {
        case 401, 403:
            let error = KeyValueError(.authentication, "the server refused the password or token")
            return .failed(error, mayHaveRun: false, isPassing: false)
        case 429:
            let pause = retryAfter.flatMap(Int.init).map { Duration.seconds(max(0, $0)) }
            let error = KeyValueError(.limited(retryAfter: pause), "the server refused further requests (429)")
            return .failed(error, mayHaveRun: false, isPassing: true, retryAfter: pause)
        case 500...599:
            // Also of proxies on the way, which do not know what became of it.
            return .failed(.connection("the server failed (\(status.code))"), mayHaveRun: true, isPassing: true)
        case 200, 400:
            do {
                switch try RESTAnswer.decode(body, count: count) {
                case .replies(let replies): return .answered(replies)
                case .error(let error): return .refused(error)
                }
            } catch {
                return .failed(error, mayHaveRun: true, isPassing: false)
            }
        default:
            let error = KeyValueError.violation("the server answered with the unexpected status \(status.code)")
            return .failed(error, mayHaveRun: true, isPassing: false)
        }
    }

    /// The HTTP client's deadline ends with the head of the answer; this one holds for its body too.
    private func within(
        _ deadline: NIODeadline,
        _ body: @escaping @Sendable () async throws -> Attempt
    ) async throws -> Attempt {
        try await withThrowingTaskGroup(of: Attempt.self) { group in
            defer { group.cancelAll() }
            group.addTask(operation: body)
            group.addTask {
                try await Task.sleep(for: Duration(deadline - .now()))
                throw HTTPClientError.deadlineExceeded
            }
            guard let attempt = try await group.next() else { throw CancellationError() }
            return attempt
        }
    }
}
