import NIOCore
import NIOPosix
import Synchronization

@testable import KeyValue

/// A server that answers as a test says: for what a real Redis does only at rare moments. PING is answered by itself.
final class ScriptedServer: Sendable {
    /// What it does on a command.
    enum Action: Sendable {
        /// Sends this, CR LF included.
        case say(String)
        case close
        case wait
    }

    /// - Parameters: the number of the connection and of the command on it, both from 1; the command's words.
    typealias Script = @Sendable (_ connection: Int, _ number: Int, _ words: [String]) -> Action

    let port: Int
    private let record: Record

    private init(port: Int, record: Record) {
        self.port = port
        self.record = record
    }

    var url: String { "redis://127.0.0.1:\(port)" }

    /// The commands that came on all connections.
    var received: [[String]] { record.commands.withLock { $0 } }

    /// Runs a server while `body` runs.
    nonisolated(nonsending) static func run<R: Sendable>(
        _ script: @escaping Script,
        _ body: (ScriptedServer) async throws -> R
    ) async throws -> R {
        let record = Record()
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                let connection = record.connections.add(1, ordering: .relaxed).newValue
                return channel.eventLoop.makeCompletedFuture {
                    let handler = ScriptHandler(connection: connection, script: script, record: record)
                    try channel.pipeline.syncOperations.addHandler(handler)
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        let result: R
        do {
            result = try await body(ScriptedServer(port: channel.localAddress?.port ?? 0, record: record))
        } catch {
            try await channel.close()
            throw error
        }
        try await channel.close()
        return result
    }

    fileprivate final class Record: Sendable {
        let connections = Atomic(0)
        let commands = Mutex<[[String]]>([])
    }
}

private final class ScriptHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let connection: Int
    private let script: ScriptedServer.Script
    private let record: ScriptedServer.Record
    private var parser = RESPParser(limit: 1 << 20)
    private var number = 0

    init(connection: Int, script: @escaping ScriptedServer.Script, record: ScriptedServer.Record) {
        self.connection = connection
        self.script = script
        self.record = record
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var buffer = unwrapInboundIn(data)
        // A command is an array of strings, just as a reply may be.
        while let words = try? parser.next(from: &buffer)?.elements?.compactMap(\.text) {
            if words == ["PING"] {
                say("+PONG\r\n", context)
                continue
            }
            number += 1
            record.commands.withLock { $0.append(words) }
            switch script(connection, number, words) {
            case .say(let text): say(text, context)
            case .close: return context.close(promise: nil)
            case .wait: break
            }
        }
    }

    private func say(_ text: String, _ context: ChannelHandlerContext) {
        context.writeAndFlush(NIOAny(ByteBuffer(string: text)), promise: nil)
    }
}
