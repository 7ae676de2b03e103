import HTTPTypes
public import JSONText
public import Logging
import NIOCore
import Postgres

/// `GET /api/stats`: the figures of all modules in one object, worked out at most every five seconds per instance.
public final class StatsRoute: Sendable {
    /// Members that a module adds, in order.
    public typealias Hook = @Sendable () async throws -> [(String, JSON)]

    private let cached: CachedValue<Figures>

    private struct Figures {
        let members: [(String, JSON)]
        /// The whole answer, rendered once for all who read it.
        let body: ByteBuffer
    }

    /// - Parameter hooks: of the running modules. The members of one that fails are left out, and it is logged.
    public init(hooks: [Hook], clock: WallClock, logger: Logger) {
        cached = CachedValue(lifetime: .seconds(5)) {
            var members: [(String, JSON)] = []
            for hook in hooks {
                do {
                    members += try await hook()
                } catch {
                    logger.warning("figures left out of /api/stats", error: error)
                }
            }
            var whole: [(String, JSON)] = [("success", true)] + members
            if !members.contains(where: { $0.0 == "storage" }) { whole.append(("storage", "postgres")) }
            whole.append(("cachedAt", .timestamp(clock.now.microseconds)))
            return Figures(members: members, body: ByteBuffer(bytes: JSON.object(whole).bytes))
        }
    }

    /// The answer.
    public func stats() async -> APIResponse {
        let headers: HTTPFields = [
            .contentType: "application/json; charset=utf-8",
            .cacheControl: "public, max-age=30",
        ]
        return APIResponse(.ok, headers: headers, body: await cached.get().body)
    }

    /// What `/api/health?full=true` repeats of the figures, under the names it has there in the original.
    func healthFigures() async -> JSON {
        let members = await cached.get().members
        var figures: [(String, JSON)] = []
        if let total = members.value("total_registered") { figures.append(("registeredHandles", total)) }
        if case .object(let genesis)? = members.value("genesis"), let left = genesis.value("genesis_remaining") {
            figures.append(("genesisRemaining", left))
        }
        return .object(figures)
    }
}

extension [(String, JSON)] {
    fileprivate func value(_ name: String) -> JSON? { first { $0.0 == name }?.1 }
}
