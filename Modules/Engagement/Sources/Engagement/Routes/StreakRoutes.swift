import Contracts
import HTTPTypes
import JSONText
import Kernel
import Postgres

/// `/api/streaks`: the list, one person's, the check-in and the calendar.
struct StreakRoutes: Sendable {
    let people: People
    let readers: StreakReaders
    let boards: LeaderboardStore
    let hidden: HiddenPeople

    /// What one may write about oneself here.
    static let writes = RateLimitRule(
        name: "streak_writes",
        scope: .principal,
        setting: "engagement.streak_writes_per_minute",
        window: 60
    )

    func register(in registrar: ModuleRegistrar) {
        registrar.get("/api/streaks", RoutePolicy(.recognised, limit: .reads), read)
        registrar.post("/api/streaks", RoutePolicy(.authenticated, limit: Self.writes, idempotency: .kept), checkIn)
        registrar.get("/api/streaks/{handle}/calendar", RoutePolicy(.recognised, limit: .reads), calendar)
    }

    @Sendable
    private func read(_ request: APIRequest) async throws -> APIResponse {
        let limit = try request.query.int("limit", default: 20, in: 1...100)
        let place = try request.query.optional("cursor").map { try BoardPlace($0) }
        if let name = try request.query.optional("handle") { return try await one(name, request) }
        let standings = try await boards.top(.streaks, .all, after: place, limit: limit)
        let handles = standings.map(\.handle)
        let streaks = try await readers.streaks.streaks(of: handles)
        let shown = try await people.spellings(handles)
        let hidden = try await hidden.among(handles, from: request.principal?.handle)
        let entries = standings.filter { !hidden.contains($0.handle) }.map { standing -> JSON in
            let streak = streaks[standing.handle]?.streak ?? Streak()
            return [
                "rank": .int(standing.rank),
                "handle": .string(shown[standing.handle] ?? standing.handle),
                "currentStreak": .int(Int(standing.score)),
                "longestStreak": .int(streak.longest),
                "lastActive": .day(streak.lastActive),
                "badge": .string(StreakLevel.label(Int(standing.score))),
            ]
        }
        var answer: [(String, JSON)] = [
            ("success", true),
            ("leaderboard", .array(entries)),
            ("total", .int(try await boards.people(on: .streaks, .all))),
        ]
        if standings.count == limit, let last = standings.last {
            answer.append(("next", .string(BoardPlace(last).text)))
        }
        answer.append(("_source", "postgres"))
        answer.append(("generatedAt", .timestamp(request.receivedAt.microseconds)))
        var response = APIResponse.json(.ok, .object(answer))
        // Who is signed in may see fewer people.
        if request.principal == nil {
            response.headers[.cacheControl] = "public, s-maxage=60, stale-while-revalidate=120"
        }
        return response
    }

    private func one(_ name: String, _ request: APIRequest) async throws -> APIResponse {
        let person = try await people.person(name, field: "handle")
        let view = try await view(of: person, for: request)
        return .json(
            .ok,
            [
                "success": true,
                "handle": .string(person.shown),
                "currentStreak": .int(view.current),
                "longestStreak": .int(view.streak.longest),
                "lastActive": .day(view.streak.lastActive),
                "totalDays": .int(view.streak.totalDays),
                "badge": .string(StreakLevel.label(view.current)),
                "isActive": .bool(view.isActive),
                "freeze": [
                    "available": .bool(view.streak.hasFreeze(on: view.today)),
                    "usedOn": .day(view.streak.frozenOn),
                ],
                "_source": "postgres",
            ]
        )
    }

    /// Of somebody whom the reader must not see, what is to be seen of somebody who does nothing.
    private func view(of person: Person, for request: APIRequest) async throws -> StreakView {
        guard try await !hidden.isHidden(person.handle, from: request.principal?.handle) else {
            return StreakView(streak: Streak(), today: try await readers.today(of: person.handle))
        }
        return try await readers.view(of: person.handle)
    }

    @Sendable
    private func checkIn(_ request: APIRequest) async throws -> APIResponse {
        let body = try request.json()
        _ = try People.caller(request, named: try body.optionalString("handle"), field: "handle")
        let checkIn = try await CheckIn.perform(request, readers)
        let (streak, current) = (checkIn.view.streak, checkIn.view.current)
        var answer: [(String, JSON)] = [("success", true)]
        if checkIn.isRepeated { answer.append(("message", "Already checked in today")) }
        answer += [
            ("currentStreak", .int(current)),
            ("longestStreak", .int(streak.longest)),
            ("totalDays", .int(streak.totalDays)),
            ("milestone", checkIn.milestone.map { .int($0) } ?? .null),
            ("badge", .string(StreakLevel.label(current))),
            ("_source", "postgres"),
        ]
        return .json(.ok, .object(answer))
    }

    @Sendable
    private func calendar(_ request: APIRequest) async throws -> APIResponse {
        let person = try await people.person(try request.parameter("handle"), field: "handle")
        let view = try await view(of: person, for: request)
        let year = try request.query.int("year", default: view.today.year, in: 1970...9998)
        guard let first = PostgresDate(year: year, month: 1, day: 1),
            let last = PostgresDate(year: year, month: 12, day: 31)
        else { throw APIError.invalid(field: "year", "is no year.") }
        // One day more on either side, for the freezes of the first and the last day of the year.
        var days = try await readers.days.days(of: person.handle, from: first.adding(-1), through: last.adding(1))
        if view.streak.totalDays == 0 { days = [] }
        if let day = view.streak.lastActive, !days.contains(where: { $0.day == day }) { days.append((day, DayTally())) }
        let shown = days.filter { (first...last).contains($0.day) }.sorted { $0.day < $1.day }
        let frozen = Streak.frozenDays(among: days.map(\.day)).filter { (first...last).contains($0) }
        return .json(
            .ok,
            [
                "success": true,
                "handle": .string(person.shown),
                "year": .int(year),
                "activeDays": .int(shown.count),
                "days": .array(
                    shown.map { day, tally in
                        [
                            "date": .day(day), "points": .int(Int(tally.points)), "messages": .int(tally.messages),
                            "posts": .int(tally.posts), "ships": .int(tally.ships), "games": .int(tally.games),
                        ]
                    }
                ),
                "frozen": .array(frozen.map { .day($0) }),
            ]
        )
    }
}
