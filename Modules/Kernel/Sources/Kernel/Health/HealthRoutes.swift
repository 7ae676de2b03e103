import HTTPTypes
import JSONText
import NIOCore
import Postgres

/// What the service says of itself: `/livez`, `/readyz`, `/api/health` and `/api/db-health`.
///
/// Answers of 503 are thrown as ``APIError`` like all others, so that their bodies have the members of every error too.
public struct HealthRoutes: Sendable {
    private let state: ServiceState
    private let database: DatabaseProbe
    private let modules: [HealthCheck]
    private let stats: StatsRoute
    private let version: String
    private let clock: WallClock

    /// - Parameters:
    ///   - modules: the readiness hooks of the running modules.
    ///   - stats: for `/api/health?full=true`.
    public init(
        state: ServiceState,
        database: DatabaseProbe,
        modules: [HealthCheck],
        stats: StatsRoute,
        version: String,
        clock: WallClock
    ) {
        self.state = state
        self.database = database
        self.modules = modules
        self.stats = stats
        self.version = version
        self.clock = clock
    }

    /// `GET /livez`: 200 as long as the process answers, whatever else is broken: restarting it would mend nothing.
    public func livez() -> APIResponse {
        .json(.ok, ["live": true])
    }

    /// `GET /readyz`: 200 when requests should be sent here.
    ///
    /// - Throws: 503 with what is not well, also while the service starts and drains.
    public func readyz() async throws(APIError) -> APIResponse {
        let checks = await readiness()
        let isReady = checks.allSatisfy { $0.problem == nil }
        let members: [(String, JSON)] = [("ready", .bool(isReady)), ("checks", HealthRoutes.rendered(checks))]
        guard isReady else {
            throw APIError(
                .serviceUnavailable,
                code: "not_ready",
                "The service is not ready.",
                retryAfter: 1,
                extra: members
            )
        }
        return .json(.ok, .object(members))
    }

    /// `GET /api/health`: 200 with `status` healthy or degraded, as the original; `full` adds the modules and figures.
    public func health(full: Bool) async -> APIResponse {
        let start = ContinuousClock.now
        let probe = await database.result()
        var checks: [(String, JSON)] = [("postgres", HealthRoutes.rendered(probe))]
        var isHealthy = probe.isReachable
        if full {
            for check in await HealthRoutes.run(modules) {
                isHealthy = isHealthy && check.problem == nil
                checks.append((check.name, ["status": check.problem == nil ? "ok" : "error"]))
            }
        }
        var members: [(String, JSON)] = [
            ("status", isHealthy ? "healthy" : "degraded"),
            ("timestamp", .timestamp(clock.now.microseconds)),
            ("version", .string(version)),
            ("checks", .object(checks)),
        ]
        if full { members.append(("stats", await stats.healthFigures())) }
        members.append(("responseTime", .double(((ContinuousClock.now - start).seconds * 1e5).rounded() / 100)))
        return .json(.ok, .object(members))
    }

    /// `GET /api/db-health`: 200 or 503 with the same members, as the original. The original also named the database,
    /// which is nobody's business.
    public func databaseHealth() async throws(APIError) -> APIResponse {
        let probe = await database.result()
        let members: [(String, JSON)] = [
            ("ok", .bool(probe.isReachable)),
            ("timestamp", .timestamp(clock.now.microseconds)),
            (
                "postgres",
                probe.isReachable
                    ? ["ok": true, "enabled": true, "latency": .double(probe.milliseconds)]
                    : ["ok": false, "enabled": true, "error": "unreachable"]
            ),
        ]
        guard probe.isReachable else {
            throw APIError(
                .serviceUnavailable,
                code: "unavailable",
                "The database does not answer.",
                retryAfter: 1,
                extra: members
            )
        }
        return .json(.ok, .object(members))
    }
}

// MARK: Checks

extension HealthRoutes {
    typealias Outcome = (name: String, problem: String?)

    private func readiness() async -> [Outcome] {
        let phase = state.phase
        let own: [Outcome] = [
            ("service", phase == .ready ? nil : phase.description),
            ("schema", state.isSchemaValid ? nil : "not validated"),
            ("database", await database.result().isReachable ? nil : "unreachable"),
        ]
        return own + (await HealthRoutes.run(modules))
    }

    /// All at once: together they take no longer than one may.
    private static func run(_ checks: [HealthCheck]) async -> [Outcome] {
        await withTaskGroup(of: (Int, Outcome).self) { group in
            for (index, check) in checks.enumerated() {
                group.addTask { (index, (check.name, await check.run())) }
            }
            var outcomes = checks.map { Outcome($0.name, nil) }
            for await (index, outcome) in group { outcomes[index] = outcome }
            return outcomes
        }
    }

    private static func rendered(_ checks: [Outcome]) -> JSON {
        .object(
            checks.map { check in
                (check.name, check.problem.map { ["ok": false, "reason": .string($0)] } ?? ["ok": true])
            }
        )
    }

    private static func rendered(_ probe: DatabaseProbe.Result) -> JSON {
        ["status": probe.isReachable ? "ok" : "error", "latency": .double(probe.milliseconds)]
    }
}
