import Contracts
import HTTPTypes
import JSONText
import Kernel
import Postgres

/// `/api/growth`: the streak and the leaderboard as another generation of the original had them.
struct GrowthRoutes: Sendable {
    let people: People
    let readers: StreakReaders
    let boards: LeaderboardStore
    let achievements: AchievementStore
    let hidden: HiddenPeople
    let profiles: @Sendable () -> (any PublicProfiles)?

    func register(in registrar: ModuleRegistrar) {
        registrar.get("/api/growth/streak", RoutePolicy(.recognised, limit: .reads), read)
        registrar.post(
            "/api/growth/streak",
            RoutePolicy(.authenticated, limit: StreakRoutes.writes, idempotency: .kept),
            checkIn
        )
        registrar.get("/api/growth/leaderboard", RoutePolicy(.recognised, limit: .reads), leaderboard)
    }

    // MARK: Streak

    @Sendable
    private func read(_ request: APIRequest) async throws -> APIResponse {
        let person = try await people.person(try request.query.optional("user", "handle"), field: "user")
        var view = StreakView(streak: Streak(), today: try await readers.today(of: person.handle))
        var days: [PostgresDate] = []
        if try await !hidden.isHidden(person.handle, from: request.principal?.handle) {
            view = try await readers.view(of: person.handle)
            days = try await recentDays(of: person.handle, view)
        }
        return .json(
            .ok,
            [
                "success": true,
                "streak": Self.json(view, days),
                "daysUntilBadge": .int(GrowthBadge.daysUntilFirst(view.current)),
            ]
        )
    }

    /// `activity` says what was done, and is only looked at: a ship is counted when it is posted.
    @Sendable
    private func checkIn(_ request: APIRequest) async throws -> APIResponse {
        let body = try request.json()
        _ = try body.optionalString("activity", limit: 100)
        let caller = try People.caller(request, named: try body.optionalString("user"), field: "user")
        let checkIn = try await CheckIn.perform(request, readers)
        let view = checkIn.view
        let days = try await recentDays(of: caller.handle, view)
        var answer: [(String, JSON)] = [("success", true), ("streak", Self.json(view, days))]
        if checkIn.isRepeated {
            answer.append(("message", "Already active today"))
        } else {
            let old = GrowthBadge.earned(by: checkIn.before.streak.longest)
            let new = GrowthBadge.earned(by: view.streak.longest).last { !old.contains($0) }
            answer.append(("newBadge", new.map { .string($0) } ?? .null))
            answer.append(("message", .string("Day \(view.current) of your streak")))
        }
        return .json(.ok, .object(answer))
    }

    /// As many as the original kept.
    private func recentDays(of handle: String, _ view: StreakView) async throws -> [PostgresDate] {
        try await readers.recentDays(of: handle, view, limit: 30)
    }

    private static func json(_ view: StreakView, _ days: [PostgresDate]) -> JSON {
        [
            "current": .int(view.current),
            "longest": .int(view.streak.longest),
            "lastActive": .day(view.streak.lastActive),
            "activeDays": .array(days.map { .day($0) }),
            "badges": .array(GrowthBadge.earned(by: view.streak.longest).map { .string($0) }),
            "isActive": .bool(view.isActive),
        ]
    }

    // MARK: Leaderboard

    @Sendable
    private func leaderboard(_ request: APIRequest) async throws -> APIResponse {
        let limit = try request.query.int("limit", default: 50, in: 1...100)
        let place = try request.query.optional("cursor").map { try BoardPlace($0) }
        let standings = try await boards.top(.growth, .all, after: place, limit: limit)
        let handles = standings.map(\.handle)
        let shown = try await people.spellings(handles)
        let totals = try await achievements.totals(of: handles)
        let profiles = try await profiles()?.profiles(of: handles) ?? [:]
        let hidden = try await hidden.among(handles, from: request.principal?.handle)
        let entries = standings.filter { !hidden.contains($0.handle) }.map { standing in
            Self.entry(
                standing,
                shown: shown[standing.handle] ?? standing.handle,
                totals[standing.handle] ?? ActivityTotals(),
                profiles[standing.handle],
                now: request.receivedAt
            )
        }
        let figures = try await readers.days.dailyFigures(on: PostgresDate(utc: request.receivedAt))
        var answer: [(String, JSON)] = [
            ("success", true),
            ("leaderboard", .array(entries)),
            (
                "stats",
                [
                    "total": .int(try await boards.people(on: .growth, .all)),
                    // Identity knows it: `genesis.genesis_remaining` of /api/stats.
                    "genesisRemaining": .null,
                    "activeToday": .int(figures.people),
                    "totalInvitesSent": .int(figures.invites),
                ]
            ),
        ]
        if standings.count == limit, let last = standings.last {
            answer.append(("next", .string(BoardPlace(last).text)))
        }
        var response = APIResponse.json(.ok, .object(answer))
        if request.principal == nil { response.headers[.cacheControl] = "public, s-maxage=60" }
        return response
    }

    private static func entry(
        _ standing: Standing,
        shown: String,
        _ totals: ActivityTotals,
        _ profile: PublicProfile?,
        now: PostgresTimestamp
    ) -> JSON {
        func time(_ time: PostgresTimestamp?) -> JSON { time.map { .timestamp($0.microseconds) } ?? .null }
        let genesisNumber = profile?.genesisNumber ?? totals.founder
        // Within a day, as the original has it.
        let isActive = profile?.lastActiveAt.map { now.microseconds - $0.microseconds < 86_400_000_000 } ?? false
        return [
            "rank": .int(standing.rank),
            "handle": .string(shown),
            "genesis": .bool(genesisNumber != nil),
            "genesisNumber": genesisNumber.map { .int($0) } ?? .null,
            "successfulInvites": .int(totals.invites),
            "messagesSent": .int(totals.messages),
            "isActive": .bool(isActive),
            "registeredAt": time(profile?.registeredAt),
            "lastActive": time(profile?.lastActiveAt),
            "growthScore": .int(Int(standing.score)),
        ]
    }
}
