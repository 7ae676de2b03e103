import Contracts
import HTTPTypes
import JSONText
import Kernel
import Postgres

/// `/api/achievements`: what can be earned, what somebody has earned, and what they show.
struct AchievementRoutes: Sendable {
    let people: People
    let readers: StreakReaders
    let achievements: AchievementStore
    let hidden: HiddenPeople

    func register(in registrar: ModuleRegistrar) {
        registrar.get("/api/achievements", RoutePolicy(.recognised, limit: .reads), read)
        registrar.get("/api/achievements/{handle}", RoutePolicy(.recognised, limit: .reads), ofPerson)
        // Not /api/achievements/showcase, which is where the achievements of @showcase are.
        registrar.patch("/api/achievements", RoutePolicy(.authenticated, limit: StreakRoutes.writes), show)
    }

    @Sendable
    private func read(_ request: APIRequest) async throws -> APIResponse {
        if let name = try request.query.optional("user", "handle") { return try await list(name, "user", request) }
        let definitions = AchievementCatalogue.all.map { JSON.object(AchievementJSON.definition($0)) }
        return .json(.ok, ["success": true, "catalogue": .array(definitions)])
    }

    @Sendable
    private func ofPerson(_ request: APIRequest) async throws -> APIResponse {
        try await list(try request.parameter("handle"), "handle", request)
    }

    private func list(_ name: String, _ field: String, _ request: APIRequest) async throws -> APIResponse {
        let person = try await people.person(name, field: field)
        guard try await !hidden.isHidden(person.handle, from: request.principal?.handle) else {
            return answer(person, [], AchievementFigures(longestStreak: 0, totals: ActivityTotals()), current: 0)
        }
        let view = try await readers.view(of: person.handle)
        let totals = try await achievements.totals(of: [person.handle])[person.handle] ?? ActivityTotals()
        let figures = AchievementFigures(longestStreak: view.streak.longest, totals: totals)
        return answer(person, try await achievements.held(by: person.handle), figures, current: view.current)
    }

    private func answer(
        _ person: Person,
        _ held: [HeldAchievement],
        _ figures: AchievementFigures,
        current: Int
    ) -> APIResponse {
        let progress = AchievementCatalogue.next(after: figures).map { next in
            // A run that is over counts no more towards the next one.
            AchievementJSON.progress(next, next.metric == .streakDays ? current : figures[next.metric] ?? 0)
        }
        return .json(
            .ok,
            [
                "success": true,
                "user": .string(person.shown),
                "achievements": .array(held.compactMap { AchievementJSON.held($0) }),
                "count": .int(held.count { AchievementCatalogue[$0.id] != nil }),
                "points": .int(held.reduce(0) { $0 + (AchievementCatalogue[$1.id]?.points ?? 0) }),
                "progress": .array(progress),
            ]
        )
    }

    @Sendable
    private func show(_ request: APIRequest) async throws -> APIResponse {
        let caller = try request.caller()
        let ids = try showcase(try request.json())
        let held = Set(try await achievements.held(by: caller.handle).map(\.id))
        if let missing = ids.first(where: { !held.contains($0) }) {
            let reason = AchievementCatalogue[missing] == nil ? "There is no such achievement." : "Not earned yet."
            throw APIError.invalid(field: "showcase", "names '\(missing)'. \(reason)")
        }
        try await achievements.show(ids, of: caller.handle, through: request.writer)
        return .json(.ok, ["success": true, "showcase": .array(ids.map { .string($0) })])
    }

    /// At most this many stand on a profile.
    private static let showcaseLimit = 6

    private func showcase(_ body: BodyFields) throws -> [String] {
        guard let list = body["showcase"], !list.isNull else { throw APIError.missing(field: "showcase") }
        guard list.kind == .array else { throw APIError.invalid(field: "showcase", "must be a list of ids.") }
        var ids: [String] = []
        for element in list.elements {
            guard let id = element.string, id.utf8.count <= 64, !id.utf8.contains(0) else {
                throw APIError.invalid(field: "showcase", "must be a list of ids.")
            }
            guard !ids.contains(id) else { throw APIError.invalid(field: "showcase", "names one twice.") }
            ids.append(id)
            guard ids.count <= Self.showcaseLimit else {
                throw APIError.invalid(field: "showcase", "holds at most \(Self.showcaseLimit).")
            }
        }
        return ids
    }
}
