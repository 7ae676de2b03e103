import NIOCore
import NIOPosix

/// A TCP connection on which a test sends whatever bytes it likes: malformed requests, half a request, several at once.
/// Used by one task at a time.
public final class RawConnection: Sendable {
    private let channel: any Channel
    private let inbox: Inbox

    /// - Throws: ``HTTPClientError/cannotConnect(_:)``
    public init(host: String = "127.0.0.1", port: Int) async throws {
        let inbox = Inbox()
        self.inbox = inbox
        do {
            channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                .connectTimeout(.seconds(5))
                .channelOption(.allowRemoteHalfClosure, value: true)
                .channelOption(.socketOption(.tcp_nodelay), value: 1)
                .channelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture {
                        try channel.pipeline.syncOperations.addHandler(InboxHandler(inbox))
                    }
                }
                .connect(host: host, port: port).get()
        } catch {
            throw HTTPClientError.cannotConnect("\(error)")
        }
    }

    deinit { channel.close(promise: nil) }

    /// Whether the server has closed its side, or the connection broke.
    public var isClosedByPeer: Bool { inbox.isClosed }

    public func send(_ bytes: [UInt8]) async throws {
        do {
            try await channel.writeAndFlush(ByteBuffer(bytes: bytes))
        } catch {
            throw HTTPClientError.closed
        }
    }

    public func send(_ text: String) async throws {
        try await send(Array(text.utf8))
    }

    /// The next answer; several requests sent at once are answered by as many calls.
    ///
    /// - Parameter expectsBody: false after a HEAD.
    /// - Throws: ``HTTPClientError``
    public func answer(within limit: Duration = .seconds(10), expectsBody: Bool = true) async throws -> HTTPAnswer {
        try await receive(within: limit) { bytes, isClosed throws(HTTPClientError) in
            try HTTPAnswerParser.parse(bytes, isClosed: isClosed, expectsBody: expectsBody)
        }
    }

    /// Received bytes as text, once they contain `text`: for streams, which have no end.
    ///
    /// Bytes up to the end of `text` count as read.
    public func text(upTo text: String, within limit: Duration = .seconds(10)) async throws -> String {
        try await receive(within: limit) { bytes, _ throws(HTTPClientError) in
            guard let range = String(decoding: bytes, as: UTF8.self).firstRange(of: text) else { return nil }
            let found = String(decoding: bytes, as: UTF8.self)[..<range.upperBound]
            return (String(found), found.utf8.count)
        }
    }

    /// Waits until the server has closed its side, and gives what came before and was not yet read.
    public func remainder(within limit: Duration = .seconds(10)) async throws -> [UInt8] {
        try await receive(within: limit) { bytes, isClosed throws(HTTPClientError) in
            isClosed ? (bytes, bytes.count) : nil
        }
    }

    public func close() async {
        try? await channel.close()
    }

    private func receive<Value>(
        within limit: Duration,
        _ parse: ([UInt8], Bool) throws(HTTPClientError) -> (Value, Int)?
    ) async throws -> Value {
        let timer = channel.eventLoop.scheduleTask(in: TimeAmount(limit)) { [inbox] in inbox.timeOut() }
        defer { timer.cancel() }
        inbox.beginWaiting()
        while true {
            let state = inbox.contents
            if let (value, length) = try parse(state.bytes, state.isClosed) {
                inbox.drop(length)
                return value
            }
            if state.isClosed { throw HTTPClientError.closed }
            if state.isTimedOut { throw HTTPClientError.timeout(limit) }
            await inbox.change(since: state.version)
        }
    }
}

/// Moves what the channel reads into the inbox.
private final class InboxHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let inbox: Inbox

    init(_ inbox: Inbox) {
        self.inbox = inbox
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        inbox.append(unwrapInboundIn(data).readableBytesView)
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case .some(ChannelEvent.inputClosed) = event as? ChannelEvent { inbox.close() }
        context.fireUserInboundEventTriggered(event)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        inbox.close()
        context.close(promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) {
        inbox.close()
    }
}
