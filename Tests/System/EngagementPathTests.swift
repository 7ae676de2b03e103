import JSONText
import KernelTesting
import Postgres
import Testing

/// From a message to a streak, to an achievement, to a place on a leaderboard: the whole way, through the running
/// process.
@Suite(.serialized) struct EngagementPathTests {
    @Test("a message makes a streak, the streak an achievement, and both a place on the boards")
    func path() async throws {
        try await withService { service, _ in
            let client = service.client()
            let ada = try await client.register("ada")
            let grace = try await client.register("grace")
            for number in 1...2 {
                #expect(try await client.send("hello \(number)", from: ada, to: "grace").status == 200)
            }
            #expect(try await client.send("hello", from: grace, to: "ada").status == 200)

            for (person, score) in [(ada, 2), (grace, 1)] as [(Person, Int64)] {
                try await eventually("the messages of \(person.handle) are counted") {
                    try await client.get("/api/leaderboards/growth", token: person.token).int(at: "me.score") == score
                }
            }
            let streak = try await client.get("/api/streaks?handle=ada")
            let days = try #require(streak.int(at: "totalDays"))
            #expect(days >= 1 && streak.int(at: "currentStreak") == days, "\(streak)")
            let earned = try await client.get("/api/achievements/ada")
            #expect(EngagementPathTests.ids(earned).isSuperset(of: ["first_day", "first_message"]), "\(earned)")

            let board = try await client.get("/api/leaderboards/growth", token: grace.token)
            #expect(board.string(at: "entries[0].handle") == "ada" && board.int(at: "me.rank") == 2, "\(board)")
            let streaks = try await client.get("/api/leaderboards/streaks", token: grace.token)
            #expect(streaks.int(at: "me.score") != nil && streaks.int(at: "total") == 2, "\(streaks)")
        }
    }

    @Test("what was sent before a crash is counted after it, once, wherever on its way the crash found it")
    func crash() async throws {
        try await withService { service, database in
            let client = service.client()
            let ada = try await client.register("ada")
            _ = try await client.register("grace")
            var sent = 0
            for point in ["activity_inbox", "active_days", "leaderboard_counts"] {
                try await database.client.transaction { transaction in
                    // Holds up what follows from the message, at one step of its way: the event's handler cannot write,
                    // or the job that counts cannot.
                    try await transaction.query("LOCK TABLE \(unescaped: point) IN SHARE MODE")
                    for _ in 1...5 {
                        sent += 1
                        #expect(try await client.send("hello \(sent)", from: ada, to: "grace").status == 200)
                    }
                    try await eventually("something waits for \(point)") {
                        try await database.waiting(forTable: point) >= 1
                    }
                    await service.kill()
                    // Postgres does not notice that nobody listens any more while it waits for a lock.
                    try await transaction.query(
                        """
                        SELECT pg_terminate_backend(pid)
                        FROM pg_locks
                        WHERE NOT granted AND relation = \(point)::regclass
                        """
                    )
                    try await eventually("the killed service's sessions are gone") {
                        try await database.waiting(forTable: point) == 0
                    }
                }
                try await service.restart()
                for table in ["outbox", "activity_inbox"] {
                    try await eventually("\(table) is empty, after a crash at \(point)") {
                        try await database.count(table) == 0
                    }
                }
                // Over all days, in case midnight passes meanwhile.
                for table in ["activity_totals", "active_days"] {
                    let sum = "(SELECT sum(messages) AS messages FROM \(table)) AS sums WHERE messages = \(sent)"
                    #expect(try await database.count(sum) == 1, "\(table), after a crash at \(point)")
                }
            }
            #expect(try await database.count("achievements WHERE achievement = 'first_message'") == 1)
            let own = try await client.get("/api/leaderboards/growth", token: ada.token)
            #expect(own.int(at: "me.score") == Int64(sent) && own.int(at: "me.rank") == 1, "\(own)")
            #expect(try await database.count("leaderboard_counts WHERE people <> 1 AND board = 'growth'") == 0)
        }
    }

    @Test("with the module off nothing is kept for it, and the rest works")
    func off() async throws {
        try await withService(environment: ["VIBE_MODULES_ENGAGEMENT_ENABLED": "false"]) { service, database in
            let client = service.client()
            let ada = try await client.register("ada")
            #expect(try await client.send("hello", from: ada, to: "ada").status == 200)
            #expect(try await client.get("/api/leaderboards/growth").status == 404)
            try await eventually("the events of others are handled") { try await database.count("outbox") == 0 }
            #expect(try await database.count("activity_inbox") == 0)
        }
    }

    private static func ids(_ answer: HTTPAnswer) -> Set<String> {
        Set(answer.value(at: "achievements")?.elements.compactMap { $0["id"]?.string } ?? [])
    }
}
