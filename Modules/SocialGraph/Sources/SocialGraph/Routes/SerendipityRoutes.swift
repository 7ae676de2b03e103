import Contracts
import HTTPTypes
import JSONText
import Kernel
import Postgres

/// `GET /api/serendipity`: what the caller has in common with others who are here right now.
struct SerendipityRoutes: Sendable {
    let presence: any LivePresence
    let visibility: any Visibility
    let unseen: Unseen
    let store: any DiscoveryStore
    let directory: any PeopleDirectory
    let clock: WallClock

    /// People who are looked at: the latest.
    private static let presenceLimit = 1_000
    /// Microseconds since registering for which somebody counts as new: a day (`intelligence/serendipity.js`).
    private static let newSpan: Int64 = 86_400_000_000

    func register(in registrar: ModuleRegistrar) {
        registrar.get("/api/serendipity", RoutePolicy(.authenticated, limit: .reads)) { try await moments($0) }
    }

    private func moments(_ request: APIRequest) async throws -> APIResponse {
        let handle = try request.caller().handle
        let limit = try request.query.int("limit", default: 10, in: 1...50)
        let here = await presence.here(limit: Self.presenceLimit)
        var moments: [Moment] = []
        if let viewer = here.first(where: { $0.handle == handle }) {
            let others = try await seen(here, by: handle)
            let newcomers = try await store.newcomers(
                among: others.map(\.handle) + [handle],
                since: PostgresTimestamp(microseconds: clock.now.microseconds - Self.newSpan)
            )
            moments = MomentFinder(viewer: viewer, newcomers: newcomers).moments(with: others, limit: limit)
        }
        let people = try await directory.people(Set(moments.map(\.person)))
        let shown = moments.compactMap { moment in people[moment.person].map { (moment, moment.json($0)) } }
        let surfaced = shown.first { $0.0.kind.relevance >= Moment.surfaced }?.1
        return .json(
            .ok,
            [
                "success": true,
                "moments": .array(shown.map(\.1)),
                "count": .int(shown.count),
                "surfaced": surfaced ?? .null,
                "timestamp": .timestamp(clock.now.microseconds),
            ]
        )
    }

    /// Whom the viewer may and wants to see.
    private func seen(_ here: [LivePerson], by viewer: String) async throws -> [LivePerson] {
        let unwanted = try await unseen.blockedOrMuted(from: viewer)
        let invisible = try await visibility.invisible(among: here.map(\.handle), to: viewer)
        return here.filter {
            $0.handle != viewer && !unwanted.contains($0.handle) && !invisible.contains($0.handle)
        }
    }
}
