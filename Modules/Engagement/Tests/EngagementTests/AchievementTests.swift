import Contracts
import JSONText
import Kernel
import KernelTesting
import Postgres
import Testing

@testable import Engagement

@Suite("Achievements", .serialized)
struct AchievementTests {
    @Test("What was earned is listed with its points and the way to the next one; the catalogue says what there is")
    func list() async throws {
        try await withActivity { service, events in
            try await events.raise((1...3).map { message("ada", "2026-01-08", id: "m\($0)") })
            try await service.settled()
            let answer = try await service.get("/api/achievements/ada")
            #expect(Set(answer.strings("achievements", "id")) == ["first_day", "first_message"], "\(answer)")
            #expect(answer.int(at: "points") == 20 && answer.int(at: "count") == 2)
            #expect(answer.strings("progress", "id").contains("conversationalist"))
            let messages = answer.value(at: "progress")?.elements.first { $0["metric"]?.string == "messages" }
            #expect(messages?["value"]?.int64 == 3 && messages?["threshold"]?.int64 == 50)
            #expect(try await service.get("/api/achievements?user=@Ada").text == answer.text)
            #expect(try await service.undocumented(answer, "get", "/api/achievements/{handle}").isEmpty)
            let nobody = try await service.get("/api/achievements?user=nobody")
            #expect(nobody.count(at: "achievements") == 0)
            #expect(try await service.undocumented(nobody, "get", "/api/achievements").isEmpty)
            let catalogue = try await service.get("/api/achievements")
            #expect(catalogue.count(at: "catalogue") == AchievementCatalogue.all.count)
            #expect(try await service.undocumented(catalogue, "get", "/api/achievements").isEmpty)
        }
    }

    @Test("Each is earned once, however many events say so, on however many instances")
    func once() async throws {
        let standIns = StandIns()
        let (one, two) = (StandInEvents(), StandInEvents())
        let modules = engagementModules(standIns) + [one]
        try await withTestDatabase(modules: modules) { database in
            try await withTestService(modules: modules, clock: ManualClock(), database: database) { running in
                let service = EngagementService(service: running, kernel: try #require(standIns.services))
                try await withTestService(
                    modules: engagementModules() + [two],
                    clock: ManualClock(),
                    database: database
                ) { _ in
                    try await withThrowingTaskGroup(of: Void.self) { tasks in
                        for number in 0..<20 {
                            tasks.addTask {
                                let days = ["2026-01-08", "2026-01-06", "2026-01-07"]
                                try await (number.isMultiple(of: 2) ? one : two).raise(
                                    days.flatMap { day in [message("ada", day), message("eve", day)] }
                                )
                            }
                        }
                        try await tasks.waitForAll()
                    }
                    try await service.settled()
                }
                for handle in ["ada", "eve"] {
                    let total: PostgresQuery = "SELECT messages FROM activity_totals WHERE handle = \(handle)"
                    #expect(try await service.value(total) == 60)
                    #expect(try await service.get("/api/streaks?handle=\(handle)").int(at: "totalDays") == 3)
                    let points = try await service.get("/api/achievements/\(handle)").int(at: "points")
                    #expect(try await service.scores(.achievements)[handle] == points)
                }
                let earned = ["conversationalist", "early_bird", "first_day", "first_message"]
                #expect((one.earned + two.earned).sorted() == (earned.map { "ada \($0)" } + earned.map { "eve \($0)" }))
                #expect(try await service.scores(.growth) == ["ada": 60, "eve": 60])
                #expect(try await service.wrongCounts().isEmpty)
                #expect(try await service.value("SELECT sum(people)::int8 FROM daily_activity") == 6)
            }
        }
    }

    @Test("Founders and those who let people in")
    func founders() async throws {
        try await withActivity { service, events in
            try await events.raise([
                HandleRegistered(handle: "ada", genesisNumber: 7, isAgent: false),
                HandleRegistered(handle: "eve", genesisNumber: nil, isAgent: false),
                HandleRegistered(handle: "bot", genesisNumber: 8, isAgent: true),
            ])
            try await events.raise((1...3).map { InviteRedeemed(inviter: "ada", invitee: "p\($0)") })
            try await service.settled()
            #expect(events.earned == ["ada early_adopter", "ada founding_ten", "ada mentor"])
            #expect(try await service.scores(.growth) == ["ada": 300])
            #expect(try await service.get("/api/streaks?handle=ada").int(at: "totalDays") == 0)
        }
    }

    @Test("The owner chooses what is shown first, and nobody else")
    func showcase() async throws {
        try await withActivity { service, events in
            try await events.raise([message("ada", "2026-01-08"), active("ada", "2026-01-08")])
            try await service.settled()
            func show(_ ids: JSON, as handle: String? = "ada") async throws -> HTTPAnswer {
                try await service.client.patch(
                    "/api/achievements",
                    token: handle.map { service.service.token(of: $0) },
                    json: ["showcase": ids]
                )
            }
            for order in [["first_message", "first_day"], ["first_day", "first_message"]] {
                let answer = try await show(.array(order.map { .string($0) }))
                #expect(answer.status == 200, "\(answer)")
                #expect(try await service.undocumented(answer, "patch", "/api/achievements").isEmpty)
                let list = try await service.get("/api/achievements/ada")
                #expect(list.strings("achievements", "id") == order)
                #expect(list.int(at: "achievements[1].showcase") == 2)
            }
            #expect(try await show(["first_message"]).status == 200)
            let one = try await service.get("/api/achievements/ada")
            #expect(one.strings("achievements", "id") == ["first_message", "first_day"])
            #expect(one.value(at: "achievements[1].showcase")?.isNull == true)
            #expect(try await show(["first_message"], as: "eve").status == 400, "not earned")
            #expect(try await show(["first_message"], as: nil).status == 401)
            #expect(try await show([]).status == 200)
        }
    }

    @Test("Counted anew, the history says what is missing and what is too much, and puts it right only when asked")
    func recompute() async throws {
        try await withActivity { service, events in
            try await events.raise(
                (1...8).map { active("ada", "2026-01-0\($0)") } + [message("ada", "2026-01-08")]
                    + [active("eve", "2026-01-08")]
            )
            try await service.settled()
            let maintenance = EngagementMaintenance(database: service.database)
            let fine = try await maintenance.recomputeAchievements(apply: true)
            #expect(fine.people == 2 && fine.awarded.isEmpty && fine.withdrawn.isEmpty && fine.corrected.isEmpty)

            _ = try await service.database.write([
                "DELETE FROM achievements WHERE handle = 'ada' AND achievement = 'week_streak'",
                """
                INSERT INTO achievements (handle, achievement, earned_at)
                VALUES ('eve', 'century_club', now()), ('eve', 'of_old', now())
                """,
                "UPDATE streaks SET longest_streak = 99, current_streak = 2 WHERE username = 'ada'",
                "UPDATE activity_totals SET messages = 7 WHERE handle = 'ada'",
            ])
            for apply in [false, true] {
                let report = try await maintenance.recomputeAchievements(apply: apply)
                #expect(report.awarded == [.init(handle: "ada", achievement: "week_streak")], "\(report)")
                #expect(Set(report.withdrawn.map(\.achievement)) == ["century_club", "of_old"])
                #expect(report.corrected == ["ada"])
                #expect(report.isApplied == apply)
            }
            try await eventually("the service has looked at her streak again") {
                try await service.value("SELECT count(*) FROM streaks WHERE expires_at <= '2026-01-08 16:00Z'") == 0
            }
            let again = try await maintenance.recomputeAchievements(apply: false)
            #expect(again.awarded.isEmpty && again.withdrawn.isEmpty && again.corrected.isEmpty, "\(again)")
            let answer = try await service.get("/api/streaks?handle=ada")
            #expect(answer.int(at: "currentStreak") == 8 && answer.int(at: "longestStreak") == 8, "\(answer)")
            #expect(try await service.scores(.streaks)["ada"] == 8)
            for handle in ["ada", "eve"] {
                let points = try await service.get("/api/achievements/\(handle)").int(at: "points")
                #expect(try await service.scores(.achievements)[handle] == points)
            }
            #expect(try await service.wrongCounts().isEmpty)
        }
    }

    @Test("Figures carried over from before count, also when everything is counted anew")
    func carriedOver() async throws {
        try await withActivity { service, events in
            _ = try await service.database.write(
                """
                INSERT INTO streaks (username, longest_streak, total_days, carried_longest, carried_days)
                VALUES ('ada', 31, 80, 31, 80)
                """
            )
            try await events.raise([active("ada", "2026-01-08"), active("ada", "2026-01-07")])
            try await service.settled()
            let answer = try await service.get("/api/streaks?handle=ada")
            #expect(answer.int(at: "longestStreak") == 31 && answer.int(at: "totalDays") == 82, "\(answer)")
            let report = try await EngagementMaintenance(database: service.database).recomputeAchievements(apply: true)
            #expect(report.corrected.isEmpty, "\(report)")
            #expect(report.awarded.map(\.achievement).contains("month_streak"))
        }
    }
}
