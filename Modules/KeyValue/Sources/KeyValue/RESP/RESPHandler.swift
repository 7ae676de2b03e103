import DequeModule
import NIOCore
import Synchronization

/// The end of a connection's pipeline: writes requests, and gives each the replies that belong to it, which come in the
/// order of the requests. Used on its event loop only.
final class RESPHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    /// Requests that were given to the connection and are not answered yet.
    let load = Load()

    private var parser: RESPParser
    private var waiting: Deque<PendingRequest> = []
    private var context: ChannelHandlerContext?
    private var watch: RepeatedTask?
    private var lastSign = NIODeadline.now()
    /// Why the connection ends, as soon as that is known.
    private var cause: KeyValueError?

    /// A connection that says nothing for so long while an abandoned request waits at its head is given up.
    static let silenceLimit = TimeAmount.seconds(3)

    init(maximumReplyBytes: Int) {
        parser = RESPParser(limit: maximumReplyBytes)
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        let bound = NIOLoopBound(self, eventLoop: context.eventLoop)
        watch = context.eventLoop.scheduleRepeatedTask(initialDelay: .seconds(1), delay: .seconds(1)) { _ in
            bound.value.checkSilence()
        }
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        watch?.cancel()
        self.context = nil
    }

    func send(_ request: PendingRequest) {
        guard let context, context.channel.isActive, cause == nil else {
            load.subtract()
            request.fail(isPassing: true) { _ in .unavailable("the connection was closed") }
            return
        }
        guard request.begin() else { return load.subtract() }
        if waiting.isEmpty { lastSign = .now() }
        waiting.append(request)
        context.writeAndFlush(NIOAny(request.bytes), promise: nil)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        lastSign = .now()
        var buffer = unwrapInboundIn(data)
        do {
            while cause == nil, let reply = try parser.next(from: &buffer) {
                guard let request = waiting.first else { throw KeyValueError.violation("a reply to nothing came") }
                guard request.receive(reply) else { continue }
                waiting.removeFirst()
                load.subtract()
                // Whoever waited may close the connection in turn, so that this comes last.
                request.finish()
            }
        } catch {
            end(context, error as? KeyValueError ?? .violation("a reply cannot be read"))
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        end(context, TransportFault(error).error)
    }

    func channelInactive(context: ChannelHandlerContext) {
        end(context, .connection("the server closed the connection"))
        context.fireChannelInactive()
    }

    /// Fails what waits and closes the connection. The request at the head gets the reason; those behind it lost their
    /// connection through no fault of their own.
    private func end(_ context: ChannelHandlerContext, _ error: KeyValueError) {
        let isFirst = cause == nil
        cause = cause ?? error
        let requests = waiting
        waiting = []
        for (index, request) in requests.enumerated() {
            load.subtract()
            let reason = index == 0 ? error : .connection("the connection was given up")
            request.fail(isPassing: reason.kind == .connection) { _ in reason }
        }
        // This comes back as `channelInactive`, before it returns.
        if isFirst { context.close(promise: nil) }
    }

    private func checkSilence() {
        guard let context, let head = waiting.first, head.isAbandoned, lastSign + Self.silenceLimit < .now() else {
            return
        }
        end(context, .connection("the server fell silent"))
    }
}

/// How busy a connection is, for those who choose one.
final class Load: Sendable {
    private let count = Atomic(0)
    var value: Int { count.load(ordering: .relaxed) }
    func add() { count.add(1, ordering: .relaxed) }
    func subtract() { count.subtract(1, ordering: .relaxed) }
}
