import Contracts
import HTTPTypes
import JSONText
import Kernel
import Postgres

/// `/api/leaderboards/{name}`: every board in every window, with one's own rank.
struct LeaderboardRoutes: Sendable {
    let people: People
    let boards: LeaderboardStore
    let hidden: HiddenPeople
    let clock: WallClock

    func register(in registrar: ModuleRegistrar) {
        registrar.get("/api/leaderboards/{name}", RoutePolicy(.recognised, limit: .reads), read)
    }

    @Sendable
    private func read(_ request: APIRequest) async throws -> APIResponse {
        guard let board = Board(rawValue: try request.parameter("name")) else {
            let known = Board.allCases.map(\.rawValue).joined(separator: ", ")
            throw APIError.notFound("There is no such leaderboard. There are: \(known).")
        }
        let window = try window(request)
        let period = Period(window, of: PostgresDate(utc: clock.now))
        let limit = try request.query.int("limit", default: 20, in: 1...100)
        let place = try request.query.optional("cursor").map { try BoardPlace($0) }
        let viewer = request.principal?.person
        let standings = try await boards.top(board, period, after: place, limit: limit)
        let shown = try await people.spellings(standings.map(\.handle))
        let hidden = try await hidden.among(standings.map(\.handle), from: viewer?.handle)
        var answer: [(String, JSON)] = [
            ("success", true),
            ("board", .string(board.rawValue)),
            ("window", .string(window.rawValue)),
            ("period", .string(period.text)),
            (
                "entries",
                .array(
                    standings.filter { !hidden.contains($0.handle) }.map {
                        Self.json($0, shown: shown[$0.handle] ?? $0.handle)
                    }
                )
            ),
            ("total", .int(try await boards.people(on: board, period))),
        ]
        if let viewer {
            let own = try await boards.standing(of: viewer.handle, board, period)
            answer.append(("me", own.map { Self.json($0, shown: viewer.shown) } ?? .null))
        }
        if standings.count == limit, let last = standings.last {
            answer.append(("next", .string(BoardPlace(last).text)))
        }
        return .json(.ok, .object(answer))
    }

    private func window(_ request: APIRequest) throws -> BoardWindow {
        guard let text = try request.query.optional("window") else { return .all }
        guard let window = BoardWindow(rawValue: text) else {
            throw APIError.invalid(field: "window", "must be all, month or week.")
        }
        return window
    }

    private static func json(_ standing: Standing, shown: String) -> JSON {
        ["rank": .int(standing.rank), "handle": .string(shown), "score": .int(Int(standing.score))]
    }
}
