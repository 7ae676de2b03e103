import Logging
import NIOCore
import NIOPosix
import NIOSSL
import Synchronization

/// Redis' own protocol over TCP or TLS. Requests of all tasks share a few connections and are pipelined on them.
final class RESPTransport: Transport {
    private let address: RESPAddress
    private let configuration: KeyValueConfiguration
    private let tls: NIOSSLContext?
    private let logger: Logger
    private let pool: Mutex<ConnectionPool>

    init(address: RESPAddress, configuration: KeyValueConfiguration, logger: Logger) throws(KeyValueError) {
        self.address = address
        self.configuration = configuration
        self.logger = logger
        do {
            tls = try address.usesTLS ? NIOSSLContext(configuration: configuration.tls) : nil
        } catch {
            throw .configuration("the trusted certificates cannot be read")
        }
        let backoff = Backoff(minimum: configuration.backoffMinimum, maximum: configuration.backoffMaximum)
        pool = Mutex(ConnectionPool(size: configuration.connections, backoff: backoff))
    }

    deinit {
        for connection in pool.withLock({ $0.close() }) { _ = connection.close() }
    }

    func cost(of request: Request) -> Int {
        request.commands.count + (request.form == .transaction ? 2 : 0)
    }

    func perform(_ request: Request, deadline: NIODeadline) async -> Attempt {
        let loop = MultiThreadedEventLoopGroup.singleton.any()
        let promise = loop.makePromise(of: Attempt.self)
        let pending = PendingRequest(request) { promise.succeed($0) }
        let timer = loop.scheduleTask(deadline: deadline) {
            pending.fail(isPassing: false) { .deadline(sent: $0) }
        }
        defer { timer.cancel() }
        return await withTaskCancellationHandler {
            dispatch(pending)
            return await withCheckedContinuation { continuation in
                promise.futureResult.whenSuccess { continuation.resume(returning: $0) }
            }
        } onCancel: {
            pending.fail(isPassing: false) { .cancelled(sent: $0) }
        }
    }

    func close() async {
        for connection in pool.withLock({ $0.close() }) { try? await connection.close().get() }
    }

    private func dispatch(_ pending: PendingRequest) {
        // Opening a connection only puts work onto an event loop: nothing calls back while the lock is held.
        switch pool.withLock({ pool in pool.choose(now: .now()) { open(slot: $0) } }) {
        case .use(let connection):
            connection.send(pending)
        case .wait(let opening):
            opening.whenComplete { result in
                switch result {
                case .success(let connection): connection.send(pending)
                case .failure(let error): Self.fail(pending, error)
                }
            }
        case .fail(let error):
            Self.fail(pending, error)
        }
    }

    private static func fail(_ pending: PendingRequest, _ error: any Error) {
        let error = error as? KeyValueError ?? TransportFault(error).error
        pending.fail(isPassing: error.kind == .unavailable) { _ in error }
    }

    private func open(slot: Int) -> EventLoopFuture<RESPConnection> {
        let loop = MultiThreadedEventLoopGroup.singleton.next()
        let opening = RESPConnection.open(address, configuration, tls: tls, on: loop)
        opening.whenComplete { result in
            switch result {
            case .success(let connection):
                if !self.pool.withLock({ $0.opened(connection, in: slot) }) { _ = connection.close() }
            case .failure(let error):
                let error = error as? KeyValueError ?? TransportFault(error).error
                self.logger.warning("cannot connect to the key-value store", metadata: ["error": "\(error)"])
                self.pool.withLock { $0.failed(error, in: slot) }
            }
        }
        return opening
    }
}

extension KeyValueConfiguration {
    /// The system's certificates, or the file's.
    var tls: TLSConfiguration {
        var tls = TLSConfiguration.makeClientConfiguration()
        if let trustedCertificates { tls.trustRoots = .file(trustedCertificates) }
        return tls
    }
}
