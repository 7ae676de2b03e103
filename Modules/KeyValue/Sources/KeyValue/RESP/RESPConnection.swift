import NIOCore
import NIOPosix
import NIOSSL

/// A connection that is open, past TLS and the password.
final class RESPConnection: Sendable {
    private let channel: any Channel
    private let handler: NIOLoopBound<RESPHandler>
    private let load: Load

    /// - Parameter handler: the end of the channel's pipeline. Called on its event loop.
    private init(channel: any Channel, handler: RESPHandler) {
        self.channel = channel
        self.handler = NIOLoopBound(handler, eventLoop: channel.eventLoop)
        load = handler.load
    }

    var isOpen: Bool { channel.isActive }

    /// Requests that were given to it and are not answered yet.
    var inFlight: Int { load.value }

    func send(_ request: PendingRequest) {
        load.add()
        channel.eventLoop.execute { self.handler.value.send(request) }
    }

    func close() -> EventLoopFuture<Void> {
        // An error means that it is closed already.
        channel.close().flatMapErrorThrowing { _ in }
    }

    // MARK: Opening

    /// Connects, and introduces itself.
    static func open(
        _ address: RESPAddress,
        _ configuration: KeyValueConfiguration,
        tls: NIOSSLContext?,
        on loop: any EventLoop
    ) -> EventLoopFuture<RESPConnection> {
        ClientBootstrap(group: loop)
            .connectTimeout(TimeAmount(configuration.connectTimeout))
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
            .channelOption(.socketOption(.so_keepalive), value: 1)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let pipeline = channel.pipeline.syncOperations
                    if let tls { try pipeline.addHandler(tlsHandler(tls, host: address.host)) }
                    try pipeline.addHandler(RESPHandler(maximumReplyBytes: configuration.maximumReplyBytes))
                }
            }
            .connect(host: address.host, port: address.port)
            .flatMapThrowing { channel in
                let handler = try channel.pipeline.syncOperations.handler(type: RESPHandler.self)
                return RESPConnection(channel: channel, handler: handler)
            }
            .flatMap { connection in
                connection.introduce(address, timeout: TimeAmount(configuration.connectTimeout))
            }
    }

    private static func tlsHandler(_ context: NIOSSLContext, host: String) throws -> NIOSSLClientHandler {
        // Server names in TLS are no addresses; without one, the certificate is checked against the peer's address.
        let isAddress = (try? SocketAddress(ipAddress: host, port: 0)) != nil
        return try NIOSSLClientHandler(context: context, serverHostname: isAddress ? nil : host)
    }

    /// Sends the password and chooses the database. PING brings an answer where neither is needed, so that what fails
    /// before it (TLS above all) fails here and not with somebody's command.
    private func introduce(_ address: RESPAddress, timeout: TimeAmount) -> EventLoopFuture<RESPConnection> {
        var commands: [KeyValueCommand] = []
        if let password = address.password {
            commands.append(KeyValueCommand("AUTH", arguments: [address.user, password].compactMap(\.?.keyValueBytes)))
        }
        if address.database != 0 { commands.append(KeyValueCommand("SELECT", address.database)) }
        commands.append(KeyValueCommand("PING"))
        let promise = channel.eventLoop.makePromise(of: RESPConnection.self)
        let introduction = PendingRequest(Request(commands: commands[...], form: .pipeline)) { attempt in
            if let error = Self.obstacle(in: attempt) { promise.fail(error) } else { promise.succeed(self) }
        }
        let timer = channel.eventLoop.scheduleTask(in: timeout) {
            introduction.fail(isPassing: true) { _ in .unavailable("the server did not answer in time") }
        }
        send(introduction)
        promise.futureResult.whenComplete { _ in timer.cancel() }
        promise.futureResult.whenFailure { _ in self.channel.close(promise: nil) }
        return promise.futureResult
    }

    /// What of the answers keeps the connection from being used. A server that is busy or loading can wait with PING,
    /// and to some users PING is forbidden.
    private static func obstacle(in attempt: Attempt) -> KeyValueError? {
        let errors =
            attempt.replies.compactMap { if case .error(let error) = $0 { error } else { nil } }
            + [attempt.failure?.error].compactMap(\.self)
        let obstacle = errors.first { !$0.isTransientRefusal && $0.kind != .server(.noPermission) }
        // Nobody's command was sent yet, whatever happened to the introduction.
        guard let obstacle, [.connection, .protocolViolation].contains(obstacle.kind) else { return obstacle }
        return .unavailable("the server ended the connection: \(obstacle)")
    }
}
