import Hummingbird
import Logging

/// The yardstick: what the web framework costs by itself. One route, no middleware, no log lines, no database.
///
/// Usage: `bench-hello <port>`. Serves until SIGTERM or SIGINT.
@main
struct BenchHello {
    static func main() async throws {
        guard let port = CommandLine.arguments.dropFirst().first.flatMap(Int.init) else {
            print("usage: bench-hello <port>")
            return
        }
        let router = Router()
        router.get("/") { _, _ in "hello" }
        var logger = Logger(label: "bench-hello")
        logger.logLevel = .error
        let application = Application(
            router: router,
            configuration: .init(address: .hostname("127.0.0.1", port: port)),
            logger: logger
        )
        try await application.runService()
    }
}
