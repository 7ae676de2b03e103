import Contracts
import JSONText
import Kernel
import KernelTesting
import Postgres
import Testing

@testable import Engagement

@Suite("Leaderboards", .serialized)
struct LeaderboardTests {
    @Test("The same score is the same rank, the next counts all before it; pages join, and one's own rank agrees")
    func ties() async throws {
        try await withActivity { service, events in
            let days = ["2026-01-06", "2026-01-07", "2026-01-08"]
            try await events.raise(days.map { active("ada", $0) })
            try await events.raise(days.dropFirst().flatMap { [active("eve", $0), active("grace_h", $0)] })
            try await events.raise([active("kiwi", "2026-01-09")])
            try await service.settled()
            for path in ["/api/leaderboards/streaks", "/api/streaks"] {
                let list = path.hasSuffix("/api/streaks") ? "leaderboard" : "entries"
                let all = try await service.get(path)
                #expect(all.strings(list, "handle") == ["ada", "grace-h", "eve", "kiwi"], "\(all)")
                let ranks = all.value(at: list)?.elements.compactMap { $0["rank"]?.int64 }
                #expect(ranks == [1, 2, 2, 4])
                #expect(all.int(at: "total") == 4)
                #expect(
                    try await service.undocumented(
                        all,
                        "get",
                        path == "/api/streaks" ? path : "/api/leaderboards/{name}"
                    ).isEmpty
                )
                for limit in 1...3 {
                    var (found, next): ([String], String?) = ([], "\(path)?limit=\(limit)")
                    while let address = next {
                        let page = try await service.get(address)
                        for row in try #require(page.value(at: list)).elements {
                            found.append("\(row["rank"]?.int64 ?? 0) \(row["handle"]?.string ?? "")")
                        }
                        next = page.string(at: "next").map { "\(path)?limit=\(limit)&cursor=\($0)" }
                    }
                    #expect(found == ["1 ada", "2 grace-h", "2 eve", "4 kiwi"], "\(path), \(limit) each")
                }
            }
            for (handle, rank) in [("ada", 1), ("eve", 2), ("grace_h", 2), ("kiwi", 4)] as [(String, Int64)] {
                let own = try await service.get("/api/leaderboards/streaks?limit=1", as: handle)
                #expect(own.int(at: "me.rank") == rank, "\(own)")
                #expect(try await service.undocumented(own, "get", "/api/leaderboards/{name}").isEmpty)
            }
            let bot = try await service.get("/api/leaderboards/streaks", as: "bot")
            #expect(bot.value(at: "me")?.isNull == true, "\(bot)")
            #expect(try await service.get("/api/leaderboards/streaks").value(at: "me") == nil)
        }
    }

    @Test("Months and weeks count what happened in them, by the person's day, and go when they are over")
    func windows() async throws {
        let clock = ManualClock()
        try await withActivity(clock: clock) { service, events in
            try await events.raise([
                message("ada", "2025-12-31"), message("ada", "2026-01-04"), message("ada", "2026-01-05"),
                active("eve", "2026-01-08"),
            ])
            try await service.settled()
            for (query, ada, eve) in [("", 6, 1), ("?window=month", 4, 1), ("?window=week", 2, 1)]
                as [(String, Int64, Int64)]
            {
                let answer = try await service.get("/api/leaderboards/activity\(query)")
                #expect(answer.int(at: "entries[0].score") == ada, "\(answer)")
                #expect(answer.int(at: "entries[1].score") == eve, "\(answer)")
            }
            #expect(try await service.get("/api/leaderboards/streaks?window=month").int(at: "entries[0].score") == 2)
            #expect(try await service.get("/api/leaderboards/growth?window=week").string(at: "period") == "2026-01-05")
            #expect(try await service.get("/api/leaderboards/achievements?window=week").count(at: "entries") == 2)

            clock.advance(by: .seconds(70 * 86_400))
            #expect(try await service.get("/api/leaderboards/activity?window=month").count(at: "entries") == 0)
            #expect(try await service.get("/api/leaderboards/activity").count(at: "entries") == 2)
            try await LeaderboardStore(database: service.database).forget(on: PostgresDate(utc: clock.now))
            for table in ["leaderboard_scores", "leaderboard_counts"] {
                #expect(
                    try await service.value("SELECT count(*) FROM \(unescaped: table) WHERE period <> 'all'") == 0
                )
            }
            try await eventually("her streak is over by now") { try await service.scores(.streaks).isEmpty }
            #expect(try await service.wrongCounts().isEmpty)
        }
    }

    @Test("Ranks by counts are those that counting people gives, over all ranges of scores")
    func ranks() async throws {
        try await withTestDatabase(modules: engagementModules()) { database in
            var generator = SeededGenerator(seed: 5)
            var scores: [String: Int64] = [:]
            for number in 1...400 {
                let width = [10, 300, 70_000, 5_000_000][number % 4] as Int64
                scores["p\(number)"] = .random(in: 1...width, using: &generator)
            }
            _ = try await database.client.write(
                "INSERT INTO handles (handle, shown) SELECT name, name FROM unnest(\(Array(scores.keys))) AS name"
            )
            let changes = Dictionary(
                uniqueKeysWithValues: scores.map { handle, score in
                    (ScoreKey(handle: handle, board: .activity, period: .all), ScoreChange.add(score))
                }
            )
            try await database.client.transaction { try await Scoreboard.apply(changes, in: $0) }
            let store = LeaderboardStore(database: database.client)
            func rank(_ score: Int64) -> Int { scores.values.count { $0 > score } + 1 }
            for (handle, score) in scores {
                let standing = try await store.standing(of: handle, .activity, .all)
                #expect(standing == Standing(handle: handle, rank: rank(score), score: score))
            }
            var place: BoardPlace?
            var seen: [String] = []
            while true {
                let page = try await store.top(.activity, .all, after: place, limit: 37)
                for standing in page { #expect(standing.rank == rank(standing.score)) }
                seen += page.map(\.handle)
                guard page.count == 37, let last = page.last else { break }
                place = BoardPlace(last)
            }
            #expect(Set(seen) == Set(scores.keys) && seen.count == scores.count)
            #expect(try await store.people(on: .activity, .all) == scores.count)
        }
    }

    @Test("The growth board has the other generation's fields")
    func growth() async throws {
        try await withActivity { service, events in
            try await events.raise([
                message("ada", "2026-01-08"), message("ada", "2026-01-08"),
                InviteRedeemed(inviter: "eve", invitee: "kiwi"),
                HandleRegistered(handle: "ada", genesisNumber: 3, isAgent: false),
            ])
            try await service.settled()
            let answer = try await service.get("/api/growth/leaderboard")
            #expect(answer.strings("leaderboard", "handle") == ["eve", "ada"], "\(answer)")
            #expect(answer.int(at: "leaderboard[0].growthScore") == 100)
            #expect(answer.int(at: "leaderboard[1].messagesSent") == 2)
            #expect(answer.int(at: "leaderboard[1].genesisNumber") == 3)
            #expect(answer.int(at: "stats.activeToday") == 1 && answer.int(at: "stats.totalInvitesSent") == 1)
            #expect(try await service.undocumented(answer, "get", "/api/growth/leaderboard").isEmpty)
            let stats = try await service.get("/api/stats")
            #expect(stats.value(at: "active_today") != nil && stats.value(at: "active_streaks") != nil, "\(stats)")
        }
    }

    @Test("Who is blocked or wishes not to be seen is not in the lists, and shows nothing of theirs; ranks stay")
    func hidden() async throws {
        try await withActivity(extra: [HiddenStandIn(["ada"])]) { service, events in
            try await events.raise([
                active("ada", "2026-01-07"), active("ada", "2026-01-08"), active("eve", "2026-01-08"),
            ])
            try await service.settled()
            for path in ["/api/leaderboards/streaks", "/api/streaks"] {
                let list = path == "/api/streaks" ? "leaderboard" : "entries"
                let seen = try await service.get(path)
                #expect(seen.strings(list, "handle") == ["eve"], "\(seen)")
                #expect(seen.int(at: "\(list)[0].rank") == 2)
                #expect(try await service.get(path, as: "ada").count(at: list) == 2)
            }
            #expect(try await service.get("/api/streaks?handle=ada").int(at: "currentStreak") == 0)
            #expect(try await service.get("/api/growth/streak?user=ada").int(at: "streak.longest") == 0)
            #expect(try await service.get("/api/achievements/ada").count(at: "achievements") == 0)
            #expect(try await service.get("/api/streaks/ada/calendar").count(at: "days") == 0)
            #expect(try await service.get("/api/streaks?handle=ada", as: "ada").int(at: "currentStreak") == 2)
        }
    }
}

/// Takes SocialGraph's place: hides some people from everybody but themselves.
final class HiddenStandIn: FeatureModule, Visibility {
    private let hidden: Set<String>

    init(_ hidden: Set<String>) {
        self.hidden = hidden
    }

    let manifest = ModuleManifest(name: "hidden", summary: "Visibility for tests", optional: ["engagement"])
    let openAPI = "paths: {}\n"

    func register(in registrar: ModuleRegistrar) throws {
        registrar.provide(self, as: (any Visibility).self)
    }

    func invisible(among keys: some Collection<String> & Sendable, to viewer: String?) async throws -> Set<String> {
        hidden.intersection(keys).subtracting(viewer.map { [$0] } ?? [])
    }
}
